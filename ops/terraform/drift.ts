import { rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { EXIT, type ExitCode } from "../../lib/exit";
import { type Json, type JsonObject, member, objectOf } from "../../lib/json";
import { changesIn, HIDDEN, holdsTrue, isSame, type ResourceChange } from "./plan";
import type { Say, Terraform } from "./terraform";

/** A resource that was changed outside of Terraform. */
interface Drifted {
  readonly address: string;
  /** `deleted`, or `changed` with these properties. */
  readonly what: "changed" | "deleted";
  readonly properties: readonly PropertyDrift[];
}

/** A property that somebody changed. Sensitive values are not shown. */
interface PropertyDrift {
  readonly property: string;
  readonly deployed: Json;
  readonly found: Json;
}

export interface DriftReport {
  readonly drifted: readonly Drifted[];
  /** Resources that a deploy would change for another reason: the code differs from the deployed one. */
  readonly undeployed: readonly string[];
}

/** The exit code of a report. Changes of the code alone are not drift. */
export function driftCode({ drifted }: DriftReport): ExitCode {
  return drifted.length > 0 ? EXIT.drift : EXIT.ok;
}

const PLAN = "drift.tfplan";

/**
 * Compares what is deployed with its state and its code. It writes no state and changes nothing.
 * @param name what the operator calls it
 * @throws OperatorError when the comparison fails, for example because the state is locked.
 */
export async function detectDrift(terraform: Terraform, name: string, say: Say): Promise<DriftReport> {
  say(`reading ${name}`);
  await terraform.init();
  try {
    await terraform.plan(PLAN);
    return driftOf(await terraform.show(PLAN));
  } finally {
    rmSync(join(terraform.folder, PLAN), { force: true });
  }
}

/**
 * The drift in a plan, as `terraform show -json` prints it: the resources in both `resource_drift` and
 * `resource_changes`. Neither list suffices: the first also contains every computed value that changed by itself, the
 * second also contains the changes of the code.
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
