import { isDeepStrictEqual } from "node:util";
import { isJsonObject, isList, type Json, type JsonObject, member, objectOf } from "../../lib/json";

/** Terraform's own arguments of a resource, which are not among its planned values. */
export const META_ARGUMENTS: ReadonlySet<string> = new Set([
  "count",
  "for_each",
  "depends_on",
  "lifecycle",
  "provider",
  "provisioner",
  "connection",
]);

/** What a plan's JSON has of the configuration of one module: its resources' expressions, without local values. */
export class PlannedConfiguration {
  private readonly resources: readonly JsonObject[];

  /** @param names of the calls from the root module to this one */
  constructor(
    private readonly configuration: JsonObject,
    names: readonly string[],
  ) {
    let module = objectOf(configuration, "root_module");
    for (const name of names) module = objectOf(objectOf(objectOf(module, "module_calls"), name), "module");
    const resources = member(module, "resources");
    this.resources = (isList(resources) ? resources : []).filter(isJsonObject).filter(isManaged);
  }

  /** The provider's configuration that resources of a type use. */
  providerOf(type: string): JsonObject {
    const key = this.resources.find((resource) => member(resource, "type") === type)?.["provider_config_key"];
    return typeof key === "string" ? objectOf(objectOf(this.configuration, "provider_config"), key) : {};
  }

  /** Addresses in the module of the resources that exist whatever the variables are. */
  unconditional(): string[] {
    return this.resources
      .filter((one) =>
        ["count_expression", "for_each_expression"].every((name) => member(one, name) === undefined),
      )
      .map(({ address }) => String(address));
  }

  /**
   * Compares a resource's block with what was planned.
   * @param address in the module
   * @param block from a `*.tf.json`
   * @returns the first property that differs; undefined if the plan was made of this block
   */
  differenceOf(address: string, block: JsonObject): string | undefined {
    const planned = this.resources.find((resource) => member(resource, "address") === address);
    if (planned === undefined) return "";
    if (!isDeepStrictEqual(member(planned, "depends_on") ?? [], member(block, "depends_on") ?? [])) {
      return "depends_on";
    }
    return blockDifference(block, objectOf(planned, "expressions"), "");
  }
}

function isManaged(resource: JsonObject): boolean {
  return member(resource, "mode") === "managed";
}

/** The first property in which a block of JSON differs from its expressions in a plan. */
function blockDifference(block: JsonObject, expressions: JsonObject, path: string): string | undefined {
  const given = Object.keys(block).filter(
    (name) => name !== "dynamic" && name !== "//" && !(path === "" && META_ARGUMENTS.has(name)),
  );
  for (const name of new Set([...given, ...Object.keys(expressions)])) {
    const place = path === "" ? name : `${path}.${name}`;
    const difference = valueDifference(member(block, name), member(expressions, name), place);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Terraform has the text of an expression of JSON as its constant value, also where that has references. */
function valueDifference(
  value: Json | undefined,
  planned: Json | undefined,
  place: string,
): string | undefined {
  if (isList(planned)) {
    const blocks: readonly Json[] = isList(value) ? value : value === undefined ? [] : [value];
    if (blocks.length !== planned.length) return place;
    return blocks
      .map((block, index) => {
        const expressions = planned[index];
        return isJsonObject(block) && isJsonObject(expressions)
          ? blockDifference(block, expressions, `${place}[${index}]`)
          : place;
      })
      .find((difference) => difference !== undefined);
  }
  if (planned === undefined) return value === undefined || isDeepStrictEqual(value, []) ? undefined : place;
  if (!isJsonObject(planned)) return place;
  const constant = member(planned, "constant_value");
  if (constant === undefined && isJsonObject(value) && member(planned, "references") === undefined) {
    return blockDifference(value, planned, place);
  }
  return isDeepStrictEqual(value, constant) ? undefined : place;
}
