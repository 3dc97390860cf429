import { DefaultTokenResolver, StringConcat, TerraformLocal, TerraformVariable, Tokenization } from "cdktf";
import type { Construct } from "constructs";
import { LOG_RETENTION_DAYS } from "../environments/environment";
import { DEFAULTS } from "../modules/defaults";

/** Longest retention in days, as the environments allow it. */
const MOST_DAYS = 36_500;

/** A variable whose value is a whole number of a range. */
interface Range {
  readonly description: string;
  readonly min: number;
  readonly max: number;
  readonly default: number;
}

/** The variables of the modules that are whole numbers, with the ranges that the constructs and environments allow. */
export const NUMBERS = {
  key_deletion_days: {
    description: "Deletion window of the module's own key, in days",
    min: 7,
    max: 30,
    default: DEFAULTS.keyDeletionDays,
  },
  stream_retention_hours: {
    description: "Hours that a record of the module's own stream can be read again",
    min: 24,
    max: 8760,
    default: DEFAULTS.streamRetentionHours,
  },
  raw_retention_days: {
    description: "Days that raw objects are kept; more than a merge looks back",
    min: 2,
    max: MOST_DAYS,
    default: DEFAULTS.rawRetentionDays,
  },
  noncurrent_version_days: {
    description: "Days that overwritten and deleted objects can be restored",
    min: 1,
    max: MOST_DAYS,
    default: DEFAULTS.noncurrentVersionDays,
  },
  buffer_mib: {
    description: "MiB before compression after which a raw object is written; after a minute at the latest",
    min: 1,
    max: 128,
    default: DEFAULTS.bufferMiB,
  },
  merge_every_minutes: {
    description: "Minutes from one merge to the next",
    min: 5,
    max: 60,
    default: DEFAULTS.mergeEveryMinutes,
  },
  merge_queries_in_flight: {
    description: "Queries of a merge in flight at a time",
    min: 1,
    max: 20,
    default: DEFAULTS.queriesInFlight,
  },
  merge_scan_limit_gib: {
    description: "Scan limit of a merge's query, in GiB",
    min: 1,
    max: 1_000_000,
    default: DEFAULTS.mergeScanLimitGiB,
  },
  analyst_scan_limit_gib: {
    description: "Scan limit of an analyst's query, in GiB",
    min: 1,
    max: 1_000_000,
    default: DEFAULTS.analystScanLimitGiB,
  },
  volume_gib: {
    description: "Volume of the search domain's data node, in GiB",
    min: 10,
    max: 12_288,
    default: DEFAULTS.volumeGiB,
  },
  shards: {
    description: "Primary shards of each monthly index",
    min: 1,
    max: 100,
    default: DEFAULTS.shards,
  },
  index_retention_days: {
    description: "Days that a monthly index is kept, counted from its first document",
    min: 32,
    max: MOST_DAYS,
    default: DEFAULTS.indexRetentionDays,
  },
  parallelization_factor: {
    description: "Batches of one shard that are indexed at the same time",
    min: 1,
    max: 10,
    default: DEFAULTS.parallelizationFactor,
  },
  maximum_record_age_hours: {
    description:
      "Hours after which a record that cannot be indexed goes to the lake; fewer than the stream's",
    min: 1,
    max: 168,
    default: DEFAULTS.maximumRecordAgeHours,
  },
  consumer_alarm_hours: {
    description: "Hours that a consumer of the stream lags when an alarm goes off; fewer than the stream's",
    min: 1,
    max: 8759,
    default: DEFAULTS.consumerAlarmHours,
  },
  delivery_alarm_minutes: {
    description: "Minutes that Firehose holds a record, or reads behind the stream, when an alarm goes off",
    min: 5,
    max: 1440,
    default: DEFAULTS.deliveryAlarmMinutes,
  },
  indexing_alarm_minutes: {
    description: "Minutes from a record's arrival to its indexing when an alarm goes off",
    min: 1,
    max: 1440,
    default: DEFAULTS.indexingAlarmMinutes,
  },
  usd_per_month: {
    description: "Budget of the account in US dollars a month",
    min: 1,
    max: 1_000_000,
    default: DEFAULTS.usdPerMonth,
  },
} as const satisfies Readonly<Record<string, Range>>;

/** The name of a variable that is a whole number. */
export type NumberName = keyof typeof NUMBERS;

/** A condition in HCL, and what is allowed. */
export type Validation = readonly [condition: string, allowed: string];

/** Adds a variable; a message of its validations begins with its name. */
export function variable(
  scope: Construct,
  name: string,
  type: string,
  description: string,
  validations: readonly Validation[] = [],
  byDefault?: { readonly default: unknown },
): TerraformVariable {
  const isOptional = byDefault?.default === null;
  const made = new TerraformVariable(scope, name, {
    type,
    description,
    ...(!isOptional && byDefault),
    nullable: isOptional,
    validation: validations.map((one) => validationOf(name, one)),
  });
  // cdktf fails on a default of null.
  if (isOptional) made.addOverride("default", null);
  return made;
}

/** Adds a rule to a variable. */
export function addRule(scope: Construct, name: string, [condition, allowed]: Validation): void {
  const given = scope.node.findChild(name) as TerraformVariable;
  given.addValidation(validationOf(name, [condition, allowed]));
}

function validationOf(name: string, [condition, allowed]: Validation) {
  // A condition that fails, such as by a null in an object, is not met.
  return { condition: `\${try(${condition}, false)}`, errorMessage: `${name}: ${allowed}.` };
}

/** Adds a local value, which may have the name of a variable. @param expression in HCL */
export function local(scope: Construct, name: string, expression: string): TerraformLocal {
  return localValue(scope, name, `\${${expression}}`);
}

/** Adds a local value. @param value a literal or a token */
export function localValue(scope: Construct, name: string, value: unknown): TerraformLocal {
  const made = new TerraformLocal(scope, `Local-${name}`, value);
  made.overrideLogicalId(name);
  return made;
}

/** The text of a token, with its references in HCL. @throws Error when it is none */
export function textOf(scope: Construct, token: unknown): string {
  const resolver = new DefaultTokenResolver(new StringConcat());
  const text: unknown = Tokenization.resolve(token, { scope, resolver });
  if (typeof text === "string") return text;
  throw new Error(`${scope.node.path}: ${JSON.stringify(text)} is no text`);
}

/** The expression of HCL that a token is, without its braces. @throws Error when it is none */
export function expressionOf(scope: Construct, token: unknown): string {
  const text = textOf(scope, token);
  const [, expression] = /^\$\{(.*)\}$/s.exec(text) ?? [];
  return expression ?? text;
}

/** Adds a variable that is true or false. */
export function flag(
  scope: Construct,
  name: string,
  description: string,
  byDefault: boolean,
  validations: readonly Validation[] = [],
): void {
  variable(scope, name, "bool", description, validations, { default: byDefault });
}

/** A condition in HCL that an optional variable without a value meets. */
export function ifGiven(variable: string, condition: string): string {
  return `${variable} == null ? true : ${condition}`;
}

/** The condition in HCL that a number is whole and in a range. */
export function isWhole(value: string, min: number, max: number): string {
  return `floor(${value}) == ${value} && ${value} >= ${min} && ${value} <= ${max}`;
}

/** Adds a variable that is a whole number. */
export function numberVariable(scope: Construct, name: NumberName): number {
  const { description, min, max, default: value } = NUMBERS[name];
  const self = `var.${name}`;
  return variable(
    scope,
    name,
    "number",
    description,
    [[isWhole(self, min, max), `a whole number from ${min} to ${max} is allowed`]],
    { default: value },
  ).numberValue;
}

/** Adds the variable of the logs' retention time. */
export function logRetentionVariable(scope: Construct): number {
  const allowed = LOG_RETENTION_DAYS.join(", ");
  return variable(
    scope,
    "log_retention_days",
    "number",
    "Days that logs are kept",
    [[`contains([${allowed}], var.log_retention_days)`, `one of ${allowed} is allowed`]],
    { default: DEFAULTS.logRetentionDays },
  ).numberValue;
}
