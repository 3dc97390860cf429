import { createHash } from "node:crypto";
import { isJsonObject, type Json, type JsonObject, member, objectOf } from "../../lib/json";
import { OperatorError } from "../../lib/operator-error";
import { REMOVABLE, STATEFUL } from "../../modules/stateful";
import { changesIn, HIDDEN, holdsTrue, isSame, type ResourceChange } from "./plan";

/** The action on a resource; `forget` and `move` change the state only. */
export type PlannedAction = "delete" | "replace" | "update" | "create" | "import" | "move" | "forget";

/** Ordered by risk, highest first. */
export const PLANNED_ACTIONS: readonly PlannedAction[] = [
  "delete",
  "replace",
  "forget",
  "update",
  "create",
  "import",
  "move",
];

/** A changed property, without sensitive values. */
interface PlannedProperty {
  readonly property: string;
  readonly before: Json;
  readonly after: Json;
  /** Whether the change forces the replacement. */
  readonly forcesReplacement: boolean;
}

/** A resource that a plan changes. */
export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  readonly action: PlannedAction;
  /** Changed properties of an update or a replacement. */
  readonly properties: readonly PlannedProperty[];
}

/** A stateful resource that the plan would remove, and the data that would be lost. */
interface Loss {
  readonly address: string;
  readonly action: "delete" | "replace" | "forget";
  readonly lost: string;
}

export interface PlanSummary {
  /** Ordered by {@link PLANNED_ACTIONS}. */
  readonly changes: readonly PlannedChange[];
  /** Stateful resources that would be removed. */
  readonly losses: readonly Loss[];
  /** Stateful resources that would lose their protection against removal: address and property. */
  readonly unprotected: readonly string[];
  /** Whether resources refuse to be removed and alarms notify a topic, to which nothing in the plan subscribes. */
  readonly unheard: boolean;
  /** Outputs that change. */
  readonly outputs: readonly string[];
  /** Resources that were changed outside of Terraform and that this plan reverts. */
  readonly drifted: readonly string[];
  /** Equal for two plans with the same changes to the same resources. */
  readonly fingerprint: string;
}

const UNKNOWN = "(known after apply)";

/**
 * Summarizes the changes of a plan.
 * @param plan as `terraform show -json` prints it.
 * @throws OperatorError for a document that is not a plan, or a plan that failed.
 */
export function summarize(plan: JsonObject): PlanSummary {
  if (member(plan, "resource_changes") === undefined && member(plan, "planned_values") === undefined) {
    throw new OperatorError("this is not a plan: create it with `terraform show -json <plan>`");
  }
  if (member(plan, "errored") === true) throw new OperatorError("the plan failed, and is not complete");
  const planned = changesIn(plan, "resource_changes")
    .filter(({ managed }) => managed)
    .flatMap((change) => {
      const action = actionOf(change);
      return action === undefined ? [] : [{ change, action }];
    });
  const changes = planned
    .map(
      ({ change, action }): PlannedChange => ({
        address: change.address,
        type: change.type,
        action,
        properties: action === "update" || action === "replace" ? propertiesOf(change) : [],
      }),
    )
    .sort(
      (a, b) =>
        PLANNED_ACTIONS.indexOf(a.action) - PLANNED_ACTIONS.indexOf(b.action) ||
        (a.address < b.address ? -1 : 1),
    );
  const changed = new Set(changes.map(({ address }) => address));
  return {
    changes,
    losses: changes.flatMap(lossOf),
    unprotected: planned.flatMap(({ change }) => protectionTaken(change)),
    unheard: isUnheard(plan),
    outputs: outputsOf(plan),
    drifted: changesIn(plan, "resource_drift")
      .map(({ address }) => address)
      .filter((address) => changed.has(address)),
    fingerprint: fingerprintOf(planned),
  };
}

const ACTIONS: Readonly<Record<string, PlannedAction>> = {
  create: "create",
  "create,delete": "replace",
  "create,forget": "replace",
  delete: "delete",
  "delete,create": "replace",
  forget: "forget",
  update: "update",
};

/** @returns undefined for no action. @throws OperatorError for an action that this version does not know */
function actionOf({ address, actions, change, entry }: ResourceChange): PlannedAction | undefined {
  const name = actions.join(",");
  if (name === "no-op" || name === "read") {
    if (member(change, "importing") !== undefined) return "import";
    return member(entry, "previous_address") === undefined ? undefined : "move";
  }
  const action = ACTIONS[name];
  if (action === undefined) throw new OperatorError(`the plan has the unknown action ${name} for ${address}`);
  return action;
}

function propertiesOf({ change }: ResourceChange): PlannedProperty[] {
  const [before, after] = [objectOf(change, "before"), objectOf(change, "after")];
  const [hiddenBefore, hiddenAfter] = [
    objectOf(change, "before_sensitive"),
    objectOf(change, "after_sensitive"),
  ];
  const unknown = objectOf(change, "after_unknown");
  const forcing = replacePaths(change);
  const names = new Set([...Object.keys(before), ...Object.keys(after), ...Object.keys(unknown)]);
  return [...names]
    .sort()
    .filter((name) => holdsTrue(member(unknown, name)) || !isSame(member(before, name), member(after, name)))
    .map((name) => {
      const hidden = holdsTrue(member(hiddenBefore, name)) || holdsTrue(member(hiddenAfter, name));
      return {
        property: name,
        before: hidden ? HIDDEN : (member(before, name) ?? null),
        after: hidden ? HIDDEN : holdsTrue(member(unknown, name)) ? UNKNOWN : (member(after, name) ?? null),
        forcesReplacement: forcing.has(name),
      };
    });
}

/** Top-level properties that force a replacement. */
function replacePaths(change: JsonObject): ReadonlySet<string> {
  const paths = member(change, "replace_paths");
  if (!Array.isArray(paths)) return new Set();
  return new Set(paths.map((path: Json) => String(Array.isArray(path) ? path[0] : path)));
}

function lossOf({ address, type, action }: PlannedChange): Loss[] {
  const lost = STATEFUL[type];
  const goes = action === "delete" || action === "replace" || action === "forget";
  return lost !== undefined && goes ? [{ address, action, lost }] : [];
}

function protectionTaken({ address, type, change }: ResourceChange): string[] {
  const property = REMOVABLE[type];
  if (property === undefined || member(change, "before") === undefined) return [];
  const is = (when: "before" | "after") => member(objectOf(change, when), property) === true;
  return !is("before") && is("after") ? [`${address}: ${property}`] : [];
}

/** A topic may have subscribers that Terraform does not know; those of an environment are in its file. */
function isUnheard(plan: JsonObject): boolean {
  const planned = resourcesIn(objectOf(objectOf(plan, "planned_values"), "root_module"));
  const has = (type: string) => planned.some((resource) => member(resource, "type") === type);
  const isProtected = planned.some((resource) => {
    const property = REMOVABLE[String(member(resource, "type"))];
    return property !== undefined && member(objectOf(resource, "values"), property) !== true;
  });
  return isProtected && has("aws_cloudwatch_metric_alarm") && !has("aws_sns_topic_subscription");
}

/** The resources of a module and of the modules in it. */
function resourcesIn(module: JsonObject): JsonObject[] {
  const objects = (list: Json | undefined) => (Array.isArray(list) ? list.filter(isJsonObject) : []);
  return [
    ...objects(member(module, "resources")),
    ...objects(member(module, "child_modules")).flatMap(resourcesIn),
  ];
}

function outputsOf(plan: JsonObject): string[] {
  return Object.entries(objectOf(plan, "output_changes"))
    .filter(([, output]) => JSON.stringify(output).includes('"actions":["no-op"]') === false)
    .map(([name]) => name)
    .sort();
}

/** Hash of the addresses, actions and new values; old values are excluded. */
function fingerprintOf(planned: readonly { change: ResourceChange; action: PlannedAction }[]): string {
  const lines = planned
    .map(({ change: { address, change }, action }) =>
      JSON.stringify([
        address,
        action,
        sorted(member(change, "after")),
        sorted(member(change, "after_unknown")),
      ]),
    )
    .sort();
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 12);
}

/** The value with the members of its objects sorted by name. */
function sorted(value: Json | undefined): Json {
  if (value === undefined || value === null || typeof value !== "object") return value ?? null;
  if (Array.isArray(value)) return value.map((item: Json) => sorted(item));
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
