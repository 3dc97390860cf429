import { rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type Json, type JsonObject, member } from "../local/terraform/json";
import { OperatorError } from "./operator-error";
import { type Context, openWorkspace } from "./workspace";

/** A resource that is no longer as it was deployed. */
export interface Drifted {
  readonly address: string;
  /** `deleted`, or `changed` in these properties. */
  readonly what: "changed" | "deleted";
  readonly properties: readonly PropertyDrift[];
}

/** A property that somebody changed. Sensitive values are not shown. */
export interface PropertyDrift {
  readonly property: string;
  readonly deployed: Json;
  readonly found: Json;
}

export interface DriftReport {
  readonly drifted: readonly Drifted[];
  /** What a deploy would change for another reason: the code is not what was deployed. */
  readonly undeployed: readonly string[];
}

const PLAN = "drift.tfplan";
const HIDDEN = "(sensitive)";

/**
 * Compares the environment with its state and its code. No state is written, and nothing is changed.
 * @throws OperatorError when it cannot be looked at, for example because somebody holds the lock.
 */
export async function detectDrift(context: Context): Promise<DriftReport> {
  const { main } = await openWorkspace(context);
  context.say(`reading ${context.environment} in ${main.backend.region}`);
  await main.terraform.init();
  try {
    await main.terraform.plan(PLAN);
    return driftOf(await main.terraform.show(PLAN));
  } finally {
    rmSync(join(main.path, PLAN), { force: true });
  }
}

/**
 * The drift in a plan, as `terraform show -json` prints it: what stands both among what Terraform found
 * different and among what it would change. Either list alone says too much: the first names every computed
 * value that moved by itself, the second also what only the code changed.
 */
export function driftOf(plan: JsonObject): DriftReport {
  const found = new Map(changesIn(plan, "resource_drift").map((change) => [change.address, change]));
  const planned = changesIn(plan, "resource_changes").filter(
    ({ actions, managed }) => managed && !isDeepStrictEqual(actions, ["no-op"]),
  );
  const drifted: Drifted[] = [];
  const undeployed: string[] = [];
  for (const { address } of planned) {
    const drift = found.get(address);
    if (!drift) undeployed.push(address);
    else if (drift.actions.includes("delete")) drifted.push({ address, what: "deleted", properties: [] });
    else drifted.push({ address, what: "changed", properties: changedProperties(drift) });
  }
  return { drifted, undeployed };
}

interface ResourceChange {
  readonly address: string;
  readonly managed: boolean;
  readonly actions: readonly Json[];
  readonly change: JsonObject;
}

function changesIn(plan: JsonObject, list: "resource_drift" | "resource_changes"): ResourceChange[] {
  const changes = member(plan, list) ?? [];
  if (!Array.isArray(changes)) throw new OperatorError(`the plan's ${list} is no list`);
  return changes.map((entry: Json) => {
    const address = isJsonObject(entry) ? member(entry, "address") : undefined;
    const change = isJsonObject(entry) ? member(entry, "change") : undefined;
    const actions = isJsonObject(change) ? member(change, "actions") : undefined;
    if (
      !isJsonObject(entry) ||
      typeof address !== "string" ||
      !isJsonObject(change) ||
      !Array.isArray(actions)
    ) {
      throw new OperatorError(`the plan's ${list} has an entry without address or change`);
    }
    return { address, managed: member(entry, "mode") === "managed", actions, change };
  });
}

function changedProperties({ change }: ResourceChange): PropertyDrift[] {
  const [before, after] = [objectOf(change, "before"), objectOf(change, "after")];
  const sensitive = [objectOf(change, "before_sensitive"), objectOf(change, "after_sensitive")];
  const show = (object: JsonObject, property: string): Json =>
    sensitive.some((marks) => holdsTrue(member(marks, property)))
      ? HIDDEN
      : (member(object, property) ?? null);
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((property) => !isSame(member(before, property), member(after, property)))
    .map((property) => ({ property, deployed: show(before, property), found: show(after, property) }));
}

/** The provider tells nothing, an empty list and an empty text apart only when it writes, not when it reads. */
function isSame(one: Json | undefined, other: Json | undefined): boolean {
  const isEmpty = (value: Json | undefined): boolean =>
    value === undefined ||
    value === "" ||
    (typeof value === "object" && Object.keys(value ?? {}).length === 0);
  return (isEmpty(one) && isEmpty(other)) || isDeepStrictEqual(one, other);
}

function objectOf(change: JsonObject, key: string): JsonObject {
  const value = member(change, key);
  return isJsonObject(value) ? value : {};
}

/** Terraform marks what is sensitive by `true` somewhere in the shape of the value. */
function holdsTrue(marks: Json | undefined): boolean {
  if (Array.isArray(marks)) return marks.some(holdsTrue);
  return isJsonObject(marks) ? Object.values(marks).some(holdsTrue) : marks === true;
}
