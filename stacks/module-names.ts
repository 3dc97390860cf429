import { Fn, ref, Token } from "cdktf";
import type { Location } from "../modules/location";
import { type GroupNames, type Names, systemNamesOf } from "../modules/naming";
import { type ModuleStack, snakeCase } from "./module-stack";
import { localValue, type Validation, variable } from "./module-variables";

/** A pattern of RE2, and what is allowed. */
type Form = readonly [pattern: string, allowed: string];

const text = (most: number): Form => [
  `^[A-Za-z0-9._-]{1,${most}}$`,
  `at most ${most} letters, digits, dots, underscores and dashes are allowed`,
];
const dashed = (most: number): Form => [
  `^[A-Za-z0-9_-]{1,${most}}$`,
  `at most ${most} letters, digits, underscores and dashes are allowed`,
];
const BUCKET: Form = ["^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", "the name of a bucket is allowed"];
const LOG_GROUP: Form = [
  "^[A-Za-z0-9_./#-]{1,512}$",
  "at most 512 letters, digits, underscores, dots, slashes and dashes are allowed",
];
/** A role has 64 characters, and that of a function or an instance ends in `-execution`. */
const WITH_ROLE = dashed(54);

/** The form of each physical name; those of a service's role or rules leave room for what is added to them. */
const FORMS = {
  keyAlias: [
    "^alias/[A-Za-z0-9/_-]{1,250}$",
    "alias/ and at most 250 letters, digits, slashes, underscores and dashes are allowed",
  ],
  stream: text(128),
  deliveryStream: text(64),
  deliveryRole: text(64),
  deliveryLogGroup: LOG_GROUP,
  lakeBucket: BUCKET,
  accessLogBucket: BUCKET,
  database: ["^[a-z0-9_]{1,255}$", "at most 255 lower-case letters, digits and underscores are allowed"],
  analystsWorkgroup: text(128),
  mergeWorkgroup: text(128),
  validateRecords: WITH_ROLE,
  mergeSmallFiles: WITH_ROLE,
  mergeSchedule: text(64),
  network: text(128),
  flowLogGroup: LOG_GROUP,
  flowLogRole: text(64),
  searchDomain: [
    "^[a-z][a-z0-9-]{2,27}$",
    "3 to 28 lower-case letters, digits and dashes are allowed, a letter first",
  ],
  searchLogPolicy: text(128),
  searchClients: text(255),
  searchDomainGroup: text(255),
  upsertToEs: WITH_ROLE,
  searchSetup: WITH_ROLE,
  bastion: WITH_ROLE,
  alarmTopic: dashed(256),
  alarms: text(200),
  dashboard: dashed(255),
  budget: text(100),
  // `-given-up` follows in the name of a rule, which has 64 characters.
  failedRecordEvents: text(55),
  failedRecordLogGroup: ["^/aws/events/[A-Za-z0-9_./#-]{1,500}$", "a name below /aws/events/ is allowed"],
} as const satisfies Readonly<Partial<Record<keyof Names | keyof GroupNames, Form>>>;

type Name = keyof typeof FORMS;

/** The form of each member of the variable `names`. */
export const NAME_FORMS = Object.entries(FORMS).map(([name, [, allowed]]) => ({
  key: snakeCase(name),
  allowed,
}));

const BATCH_NAMES: readonly Name[] = [
  "keyAlias",
  "stream",
  "deliveryStream",
  "deliveryRole",
  "deliveryLogGroup",
  "lakeBucket",
  "accessLogBucket",
  "database",
  "analystsWorkgroup",
  "mergeWorkgroup",
  "validateRecords",
  "mergeSmallFiles",
  "mergeSchedule",
];
const SPEED_NAMES: readonly Name[] = [
  "keyAlias",
  "network",
  "flowLogGroup",
  "flowLogRole",
  "searchDomain",
  "searchLogPolicy",
  "searchClients",
  "searchDomainGroup",
  "upsertToEs",
  "searchSetup",
  "bastion",
];
const OPERATIONS_NAMES: readonly Name[] = [
  "alarmTopic",
  "alarms",
  "dashboard",
  "budget",
  "failedRecordEvents",
  "failedRecordLogGroup",
];

/** The names that each module has. */
export const MODULE_NAMES = {
  batch: BATCH_NAMES,
  speed: SPEED_NAMES,
  "retail-bi": [...new Set([...BATCH_NAMES, ...SPEED_NAMES, ...OPERATIONS_NAMES])],
} as const satisfies Readonly<Record<string, readonly Name[]>>;

/** The name of a module. */
export type ModuleName = keyof typeof MODULE_NAMES;

/** @throws Error when there is no such module */
export function moduleNamed(name: string): ModuleName {
  const found = (Object.keys(MODULE_NAMES) as ModuleName[]).find((one) => one === name);
  if (found === undefined) throw new Error(`there is no module ${name}`);
  return found;
}

/** Adds the variable `names`. @param own names that the module has; `defaults` are other than those of the constructs */
export function moduleNames(
  stack: ModuleStack,
  prefix: string,
  location: Location,
  own: readonly Name[],
  defaults: Partial<Names> = {},
): Names & GroupNames {
  const names: Names & GroupNames = { ...systemNamesOf(prefix, location), ...defaults };
  const used = own.map((name) => [name, snakeCase(name)] as const);
  variable(
    stack,
    "names",
    `object({ ${used.map(([, name]) => `${name} = optional(string)`).join(", ")} })`,
    "Physical names. Without them, they begin with prefix",
    used.map(([name, key]): Validation => {
      const [pattern, allowed] = FORMS[name];
      const given = `var.names.${key}`;
      return [`${given} == null ? true : can(regex("${pattern}", ${given}))`, `${key}: ${allowed}`];
    }),
    { default: {} },
  );
  const values = used.map(([name, key]) => [key, Fn.coalesce([ref(`var.names.${key}`, stack), names[name]])]);
  localValue(stack, "names", Object.fromEntries(values));
  const given = used.map(([name, key]) => [name, Token.asString(ref(`local.names.${key}`, stack))]);
  return { ...names, ...Object.fromEntries(given) };
}
