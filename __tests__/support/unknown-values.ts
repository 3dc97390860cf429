import { isJsonObject, type Json, type JsonObject, leaves, member, objectOf } from "../../lib/json";
import { DATA_PLANE_TYPES, readDataPlane } from "../../local/plan/read-data-plane";
import { readSavedPlan } from "../../local/plan/saved-plan";
import { Stack } from "../../local/plan/stack";

const AT = { searchEndpoint: "http://127.0.0.1:9200" };

/** Of the attributes of a data plane that a plan has as unknown, and that the module sets. */
export interface UnknownValues {
  /** Those that the local run reads, each with its value. */
  readonly resolved: ReadonlyMap<string, Json>;
  /** Those that the local run does not honour, each with the reason. */
  readonly listed: ReadonlyMap<string, string>;
}

/**
 * Walks `after_unknown` of the data plane's resources in a plan's JSON.
 * @param root folder of the root module
 * @param folder from which the archives of the functions are read
 * @throws Error for an attribute that is neither resolved nor listed with a reason; TerraformError as the local run does
 */
export function unknownValues(
  shown: JsonObject,
  root: string,
  module?: string,
  folder = root,
): UnknownValues {
  const planned = readSavedPlan(shown, root, module);
  const { notHonoured } = readDataPlane(folder, AT, {}, planned);
  const stack = new Stack(folder, AT, {}, planned);
  const resolved = new Map<string, Json>();
  const listed = new Map<string, string>();
  for (const change of changesIn(shown)) {
    const { type, name } = change;
    if ((member(change, "module_address") ?? "") !== planned.module || !DATA_PLANE_TYPES.has(String(type)))
      continue;
    const body = objectOf(objectOf(objectOf(planned.document, "resource"), String(type)), String(name));
    for (const { steps, value: isUnknown } of leaves(objectOf(objectOf(change, "change"), "after_unknown"))) {
      if (isUnknown !== true) continue;
      const [given, path] = valueAt(body, steps);
      for (const { value, path: below } of given === undefined ? [] : leaves(given)) {
        const place = `${type}.${name}.${[path, below].filter(Boolean).join(".").replaceAll(".[", "[")}`;
        const reason = reasonIn(notHonoured, place);
        if (reason === undefined) resolved.set(place, stackValue(stack, value, place));
        else listed.set(place, reason);
      }
    }
  }
  return { resolved, listed };
}

function changesIn(shown: JsonObject): JsonObject[] {
  const changes = member(shown, "resource_changes");
  return Array.isArray(changes) ? changes.filter(isJsonObject) : [];
}

/** A value in the form of the source, where a block that occurs once may be an object, and its path there. */
function valueAt(
  body: JsonObject,
  steps: readonly (string | number)[],
): [value: Json | undefined, path: string] {
  let value: Json | undefined = body;
  let path = "";
  for (const step of steps) {
    if (typeof step === "number") {
      if (isJsonObject(value) && step === 0) continue;
      value = Array.isArray(value) ? value[step] : undefined;
      path += `[${step}]`;
    } else {
      value = isJsonObject(value) ? member(value, step) : undefined;
      path += path === "" ? step : `.${step}`;
    }
  }
  return [value, path];
}

function reasonIn(notHonoured: readonly string[], place: string): string | undefined {
  const plain = place.replaceAll(/\[\d+\]/g, "[]");
  const line = notHonoured.find((one) => {
    const listed = one.slice(0, one.indexOf(": "));
    return plain === listed || plain.startsWith(`${listed}.`) || plain.startsWith(`${listed}[`);
  });
  const reason = line?.slice(line.indexOf(": ") + 2);
  if (reason === "not known to the local run") throw new Error(`${place} is ${reason}`);
  return reason;
}

function stackValue(stack: Stack, value: Json, place: string): Json {
  const evaluated = typeof value === "string" ? stack.evaluate(value, place) : value;
  if (evaluated === null) throw new Error(`${place} has no value`);
  return evaluated;
}
