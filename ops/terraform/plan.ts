import { isDeepStrictEqual } from "node:util";
import { isJsonObject, type Json, type JsonObject, member } from "../../lib/json";
import { OperatorError } from "../../lib/operator-error";

/** A resource in a plan, as `terraform show -json` prints it. */
export interface ResourceChange {
  readonly address: string;
  readonly type: string;
  /** Not a data source. */
  readonly managed: boolean;
  readonly actions: readonly Json[];
  readonly change: JsonObject;
  /** The whole entry. */
  readonly entry: JsonObject;
}

/** Placeholder of a sensitive value. */
export const HIDDEN = "(sensitive)";

/** One of a plan's lists of resources; empty if the plan has none. @throws OperatorError when it is malformed. */
export function changesIn(plan: JsonObject, list: "resource_drift" | "resource_changes"): ResourceChange[] {
  const changes = member(plan, list) ?? [];
  if (!Array.isArray(changes)) throw new OperatorError(`the plan's ${list} is not a list`);
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
    const managed = member(entry, "mode") === "managed";
    return { address, type: String(member(entry, "type") ?? ""), managed, actions, change, entry };
  });
}

/** Equality that treats null, an empty list and an empty string as equal, because the provider's reads do. */
export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  const isEmpty = (value: Json | undefined): boolean =>
    value === undefined ||
    value === "" ||
    (typeof value === "object" && Object.keys(value ?? {}).length === 0);
  return (isEmpty(one) && isEmpty(other)) || isDeepStrictEqual(one, other);
}

/** Terraform marks sensitive and unknown values by `true` in a structure shaped like the value. */
export function holdsTrue(marks: Json | undefined): boolean {
  if (Array.isArray(marks)) return marks.some(holdsTrue);
  return isJsonObject(marks) ? Object.values(marks).some(holdsTrue) : marks === true;
}
