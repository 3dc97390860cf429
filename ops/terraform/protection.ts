import { isJsonObject, type Json, type JsonObject, member } from "../../lib/json";
import { REMOVABLE } from "../../modules/stateful";

/** Addresses with `prevent_destroy` in a synthesized stack. @param document its `cdk.tf.json` */
export function protectedInCode(document: JsonObject): string[] {
  const types = member(document, "resource");
  if (!isJsonObject(types)) return [];
  return Object.entries(types).flatMap(([type, resources]) =>
    Object.entries(isJsonObject(resources) ? resources : {})
      .filter(([, resource]) => {
        const lifecycle = isJsonObject(resource) ? member(resource, "lifecycle") : undefined;
        return isJsonObject(lifecycle) && member(lifecycle, "prevent_destroy") === true;
      })
      .map(([name]) => `${type}.${name}`),
  );
}

/** Addresses that were deployed without permission to remove their content. @param state as `terraform show -json` prints it. */
export function protectedInState(state: JsonObject): string[] {
  return managedResources(state)
    .filter(({ type, values }) => {
      const property = REMOVABLE[type];
      return property !== undefined && member(values, property) !== true;
    })
    .map(({ address }) => address);
}

/** A resource in the state. */
interface StateResource {
  readonly address: string;
  readonly type: string;
  readonly values: JsonObject;
  /** In the shape of `values`: `true` where a value is sensitive. */
  readonly sensitive: JsonObject;
}

/** The resources of a state, data sources excluded. @param state as `terraform show -json` prints it. */
export function managedResources(state: JsonObject): StateResource[] {
  return resourcesOf(state)
    .filter((entry) => member(entry, "mode") === "managed")
    .map(toResource);
}

function resourcesOf(state: JsonObject): JsonObject[] {
  const values = member(state, "values");
  const root = isJsonObject(values) ? member(values, "root_module") : undefined;
  const resources = isJsonObject(root) ? member(root, "resources") : undefined;
  return Array.isArray(resources) ? resources.filter((entry: Json) => isJsonObject(entry)) : [];
}

function toResource(entry: JsonObject): StateResource {
  const object = (key: string): JsonObject => {
    const value = member(entry, key);
    return isJsonObject(value) ? value : {};
  };
  return {
    address: String(member(entry, "address")),
    type: String(member(entry, "type")),
    values: object("values"),
    sensitive: object("sensitive_values"),
  };
}
