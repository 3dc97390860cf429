import { isJsonObject, type Json, type JsonObject, objectOf } from "../../lib/json";

/** Attributes that are maps; an object is a block elsewhere. */
const MAPS = new Set(["tags", "tags_all", "variables", "parameters", "triggers", "input"]);
const META_ARGUMENTS = new Set(["//", "count", "for_each", "lifecycle", "depends_on"]);

/** A change of a resource in a plan's JSON. */
export type Change = Readonly<Record<string, Json>>;

/** The module instances that have the resources; the root without any. */
type Modules = readonly string[];

/**
 * What `terraform show -json` prints of a first plan of a stack, as far as the local run reads it: a text with references is
 * unknown, a map with one is unknown as a whole, and a block is a list.
 * @param modules the calls of the stack as a module, each such as `module.meters["a"]`; all of one block
 * @param change members of the plan that are others
 */
export function planOf(document: JsonObject, modules: Modules = [], change: JsonObject = {}): JsonObject {
  const instances = modules.length === 0 ? [undefined] : modules;
  const module = {
    resources: resourcesOf(document, (address, body) => ({
      address,
      provider_config_key: "aws",
      expressions: expressions(body),
      ...(Array.isArray(body["depends_on"]) && { depends_on: body["depends_on"] }),
    })),
  };
  const [, call] = /^module\.(\w+)/.exec(modules[0] ?? "") ?? [];
  return {
    format_version: "1.2",
    planned_values: {},
    errored: false,
    complete: true,
    resource_changes: instances.flatMap((instance) => changesOf(document, instance)),
    configuration: {
      provider_config: { aws: { expressions: expressions(providerOf(document)) } },
      root_module: call === undefined ? module : { module_calls: { [call]: { module } } },
    },
    ...change,
  };
}

/** The changes of a first plan. @param module the instance that has the resources */
export function changesOf(document: JsonObject, module?: string): Change[] {
  return resourcesOf(document, (address, body) => {
    const { after = {}, unknown } = planned(body);
    return {
      address: `${module === undefined ? "" : `${module}.`}${address}`,
      ...(module !== undefined && { module_address: module }),
      change: { actions: ["create"], before: null, after, after_unknown: unknown },
    };
  });
}

function resourcesOf(
  document: JsonObject,
  read: (address: string, body: JsonObject) => JsonObject,
): Change[] {
  return Object.entries(objectOf(document, "resource")).flatMap(([type, named]) =>
    Object.entries(isJsonObject(named) ? named : {}).map(([name, body]) => ({
      mode: "managed",
      type,
      name,
      ...read(`${type}.${name}`, isJsonObject(body) ? body : {}),
    })),
  );
}

function providerOf(document: JsonObject): JsonObject {
  const [first] = [objectOf(document, "provider")["aws"] ?? []].flat();
  return isJsonObject(first) ? first : {};
}

function ownProperties(block: JsonObject): [name: string, value: Json][] {
  return Object.entries(block).filter(([name]) => !META_ARGUMENTS.has(name));
}

function isBlocks(name: string, value: Json): value is JsonObject | readonly JsonObject[] {
  if (MAPS.has(name)) return false;
  return isJsonObject(value) || (Array.isArray(value) && value.length > 0 && value.every(isJsonObject));
}

function isUnknown(value: Json): boolean {
  return JSON.stringify(value).replaceAll("$${", "").includes("${");
}

/** Expressions of a block, with the text of each as its constant value, as Terraform has it for JSON. */
function expressions(block: JsonObject): JsonObject {
  return Object.fromEntries(
    ownProperties(block).map(([name, value]) => [
      name,
      isBlocks(name, value)
        ? [value].flat().map((one) => (isJsonObject(one) ? expressions(one) : one))
        : { constant_value: value, ...(isUnknown(value) && { references: ["others"] }) },
    ]),
  );
}

function planned(value: Json, isMap = false): { after?: Json; unknown: Json } {
  if (typeof value === "string") {
    return isUnknown(value)
      ? { unknown: true }
      : { after: value.replaceAll(/([$%])\1\{/g, "$1{"), unknown: false };
  }
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => planned(item));
    return { after: items.map(({ after }) => after ?? null), unknown: items.map(({ unknown }) => unknown) };
  }
  if (!isJsonObject(value)) return { after: value, unknown: false };
  const members = ownProperties(value).map(([name, item]) => {
    const isSetting = MAPS.has(name) && isJsonObject(item);
    const part = planned(item, isSetting);
    const isBlock = isJsonObject(item) && !isSetting;
    return [name, isBlock ? { after: [part.after ?? {}], unknown: [part.unknown] } : part] as const;
  });
  if (isMap && members.some(([, { unknown }]) => unknown === true)) return { unknown: true };
  return {
    after: Object.fromEntries(
      members.flatMap(([name, { after }]) => (after === undefined ? [] : [[name, after]])),
    ),
    unknown: Object.fromEntries(members.map(([name, { unknown }]) => [name, unknown])),
  };
}
