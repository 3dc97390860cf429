import type { RunTimeContract } from "../../contract/variable";
import { defaultPanels } from "../../dashboards/default-panels";
import { PanelsError, readPanels } from "../../dashboards/read-panels";
import type { Panel } from "../../dashboards/spec";
import { isJsonObject } from "../../lib/json";
import { ROLE_ARN } from "../../lib/role-arn";
import { WRITER_ROLE } from "../shared/search";

/** What indexing needs: index template, lifecycle, audit log, and the writers' security role. */
export interface IndexingInput {
  readonly part: "indexing";
  /** Replicas of each primary shard: 0 on a single node. 0 to 10. */
  readonly replicas: number;
  /** Days after which an index is deleted, counted from its first document. 32 to 36500. */
  readonly retentionDays: number;
  /** Primary shards of each monthly index. 1 to 100. */
  readonly shards: number;
  /** ARNs of the IAM roles that may write documents; added to the role's mapping, never replacing it. */
  readonly writerRoleArns: readonly string[];
}

/** What people look at: the readers' security role, and the settings and saved objects of Dashboards. */
export interface DashboardsInput {
  readonly part: "dashboards";
  /** What people look at. @default the contract's default panels */
  readonly panels?: readonly Panel[];
  /** ARNs of the IAM roles with all permissions; added like the writers. @default none */
  readonly administratorRoleArns?: readonly string[];
  /** The identity provider's groups with read-only access; added like the writers. May be empty. */
  readonly readerGroups: readonly string[];
  /** Security role with read-only access to the indices. */
  readonly readerRole: string;
  /** ARNs of the IAM roles with read-only access; added like the writers. May be empty. */
  readonly readerRoleArns: readonly string[];
  /** The contract's values that mark lines of the smoke test. @default none */
  readonly smoke?: SmokeInput;
  /** Title of the dashboard. */
  readonly title: string;
}

/**
 * Input of search-setup from the deploy: the JSON of an `aws_lambda_invocation`, one for each part. Terraform invokes
 * synchronously, for which Lambda takes 6 MB; a panel is below 1 KB.
 */
export type SearchSetupInput = IndexingInput | DashboardsInput;

/** The input as it was read, with the defaults. */
export type ReadInput = Required<IndexingInput> | Required<DashboardsInput>;

type SmokeInput = Readonly<Record<string, string | number | boolean | null>>;

/** The input is invalid; the message lists every fault. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** @throws InputError naming every key that is missing, malformed or unknown, with its value. */
export function readInput(contract: RunTimeContract, event: unknown): ReadInput {
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    throw new InputError(`The input is ${JSON.stringify(event)}; a JSON object is wanted`);
  }
  const given = new Map<string, unknown>(Object.entries(event));
  const faults: string[] = [];
  const take = (key: keyof IndexingInput | keyof DashboardsInput): unknown => {
    const value = given.get(key);
    given.delete(key);
    return value;
  };
  const input = readPart(contract, take, faults);
  for (const key of given.keys()) faults.push(`"${key}" is not known`);
  if (faults.length > 0) throw new InputError(`The input of search-setup is wrong: ${faults.join("; ")}`);
  return input;
}

function readPart(
  contract: RunTimeContract,
  take: (key: keyof IndexingInput | keyof DashboardsInput) => unknown,
  faults: string[],
): ReadInput {
  const part = take("part");
  switch (part) {
    case "indexing":
      return {
        part,
        replicas: integer("replicas", take("replicas"), 0, 10, faults),
        retentionDays: integer("retentionDays", take("retentionDays"), 32, 36_500, faults),
        shards: integer("shards", take("shards"), 1, 100, faults),
        writerRoleArns: roleArns("writerRoleArns", take("writerRoleArns"), 1, faults),
      };
    case "dashboards":
      return {
        part,
        panels: panels(contract, take("panels"), faults),
        administratorRoleArns: roleArns(
          "administratorRoleArns",
          take("administratorRoleArns") ?? [],
          0,
          faults,
        ),
        readerGroups: groups("readerGroups", take("readerGroups"), faults),
        readerRole: name("readerRole", take("readerRole"), faults),
        readerRoleArns: roleArns("readerRoleArns", take("readerRoleArns"), 0, faults),
        smoke: smoke(contract, take("smoke"), faults),
        title: text("title", take("title"), faults),
      };
    default:
      throw new InputError(
        `The input of search-setup is wrong: part is ${JSON.stringify(part)}; "indexing" or "dashboards" is wanted`,
      );
  }
}

function integer(key: string, value: unknown, min: number, max: number, faults: string[]): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  faults.push(`${key} is ${JSON.stringify(value)}; a whole number from ${min} to ${max} is wanted`);
  return min;
}

function panels(contract: RunTimeContract, value: unknown, faults: string[]): readonly Panel[] {
  if (value === undefined) return defaultPanels(contract);
  try {
    return readPanels(contract, value);
  } catch (error) {
    if (!(error instanceof PanelsError)) throw error;
    faults.push(error.message);
    return [];
  }
}

function smoke({ columns }: RunTimeContract, value: unknown, faults: string[]): SmokeInput {
  if (value === undefined) return {};
  if (isJsonObject(value)) {
    const values = Object.entries(value).filter(
      (entry): entry is [string, SmokeInput[string]] =>
        columns.some(({ field }) => field === entry[0]) &&
        !(typeof entry[1] === "object" && entry[1] !== null),
    );
    if (values.length === Object.keys(value).length) return Object.fromEntries(values);
  }
  faults.push(`smoke is ${JSON.stringify(value)}; values of the contract's columns are wanted`);
  return {};
}

/** A name of the security plugin, which is a part of a path. */
function name(key: string, value: unknown, faults: string[]): string {
  if (typeof value === "string" && /^[A-Za-z][A-Za-z0-9_-]*$/.test(value)) {
    if (value !== WRITER_ROLE) return value;
    faults.push(`${key} is ${WRITER_ROLE}, the role of the writers`);
    return "";
  }
  faults.push(
    `${key} is ${JSON.stringify(value)}; letters, digits, underscores and dashes are wanted, a letter first`,
  );
  return "";
}

function text(key: string, value: unknown, faults: string[]): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  faults.push(`${key} is ${JSON.stringify(value)}; a text is wanted`);
  return "";
}

function groups(key: string, value: unknown, faults: string[]): string[] {
  if (Array.isArray(value) && value.every((name) => typeof name === "string" && name !== "")) return value;
  faults.push(`${key} is ${JSON.stringify(value)}; a list of names is wanted`);
  return [];
}

function roleArns(key: string, value: unknown, fewest: number, faults: string[]): string[] {
  if (!Array.isArray(value) || value.length < fewest) {
    faults.push(`${key} is ${JSON.stringify(value)}; a list of role ARNs is wanted`);
    return [];
  }
  return value.filter((arn): arn is string => {
    if (typeof arn === "string" && ROLE_ARN.test(arn)) return true;
    faults.push(`${key} names ${JSON.stringify(arn)}; arn:aws:iam::<account>:role/<name> is wanted`);
    return false;
  });
}
