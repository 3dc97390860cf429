import { ROLE_ARN } from "../../lib/role-arn";
/** Input of search-setup from the deploy: the JSON of its `aws_lambda_invocation`. */
export interface SearchSetupInput {
  /** The identity provider's groups with read-only access; added like the writers. May be empty. */
  readonly readerGroups: readonly string[];
  /** ARNs of the IAM roles with read-only access; added like the writers. May be empty. */
  readonly readerRoleArns: readonly string[];
  /** Replicas of each primary shard: 0 on a single node. 0 to 10. */
  readonly replicas: number;
  /** Days after which an index is deleted, counted from its first document. 32 to 36500. */
  readonly retentionDays: number;
  /** Primary shards of each monthly index. 1 to 100. */
  readonly shards: number;
  /** ARNs of the IAM roles that may write documents; added to the role's mapping, never replacing it. */
  readonly writerRoleArns: readonly string[];
}

/** The input is invalid; the message lists every fault. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** @throws InputError naming every key that is missing, malformed or unknown, with its value. */
export function readInput(event: unknown): SearchSetupInput {
  if (typeof event !== "object" || event === null || Array.isArray(event)) {
    throw new InputError(`The input is ${JSON.stringify(event)}; a JSON object is wanted`);
  }
  const given = new Map<string, unknown>(Object.entries(event));
  const faults: string[] = [];
  const take = (key: keyof SearchSetupInput): unknown => {
    const value = given.get(key);
    given.delete(key);
    return value;
  };
  const input: SearchSetupInput = {
    readerGroups: groups("readerGroups", take("readerGroups"), faults),
    readerRoleArns: roleArns("readerRoleArns", take("readerRoleArns"), 0, faults),
    replicas: integer("replicas", take("replicas"), 0, 10, faults),
    retentionDays: integer("retentionDays", take("retentionDays"), 32, 36_500, faults),
    shards: integer("shards", take("shards"), 1, 100, faults),
    writerRoleArns: roleArns("writerRoleArns", take("writerRoleArns"), 1, faults),
  };
  for (const key of given.keys()) faults.push(`"${key}" is not known`);
  if (faults.length > 0) throw new InputError(`The input of search-setup is wrong: ${faults.join("; ")}`);
  return input;
}

function integer(key: string, value: unknown, min: number, max: number, faults: string[]): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  faults.push(`${key} is ${JSON.stringify(value)}; a whole number from ${min} to ${max} is wanted`);
  return min;
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
