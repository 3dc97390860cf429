import { isJsonObject, isList, type Json, type JsonObject, member, objectOf } from "../../lib/json";
import { META_ARGUMENTS } from "./planned-configuration";
import { TerraformError } from "./terraform-error";

/** A resource instance as it is after the plan is applied. */
export interface PlannedResource {
  /** Absolute. */
  readonly address: string;
  readonly module: string;
  readonly type: string;
  readonly name: string;
  readonly index: Json | undefined;
  readonly after: JsonObject;
  readonly unknown: Json;
}

/** Stands for a value that is known only after apply, and has no expression; whoever reads it gets an error. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's references look like that
export const UNKNOWN = "${unknown}";

/** Meta-arguments that the plan has carried out already. */
const EXPANDED = new Set(["count", "for_each", "//"]);
/** `type.name.attribute`, of one instance or of a counted resource. */
const REFERENCE = /^(?<type>[a-z0-9]+_\w+)\.(?<name>[\w-]+)(?:\[(?:0|\*)\])?\.(?<attribute>\w+)$/;
const INDEXED = /\b([a-z0-9]+_\w+)\.([\w-]+)\[0\](?=\.)/g;
/** How a module refers to what it makes, or else adopts: the plan tells which of the two it is. */
const MADE_OR_ADOPTED = /^var\.[\w.-]+ == null \? one\((?<made>\w+\.[\w-]+\[\*\]\.\w+)\) : var\.[\w.-]+$/;

/** Name of a resource in the document: the block's own if it has one instance without a key, else with its key. */
export function nameOf({ type, name, index }: PlannedResource, own: readonly PlannedResource[]): string {
  const instances = own.filter((other) => other.type === type && other.name === name);
  const isOnly = index === undefined || (index === 0 && instances.length === 1);
  return `${name}${isOnly ? "" : `[${JSON.stringify(index)}]`}`;
}

/** The resources of one module instance, in the form of a synthesized stack. */
export class PlannedBlocks {
  /** Addresses of search domains that are deployed. */
  private readonly endpoints: readonly string[];

  /**
   * @param own resources of the module instance
   * @param locals local values of the module
   */
  constructor(
    private readonly own: readonly PlannedResource[],
    private readonly locals: JsonObject,
  ) {
    this.endpoints = own
      .filter(({ type }) => type === "aws_opensearch_domain")
      .flatMap(({ after }) => member(after, "endpoint") ?? [])
      .filter((endpoint) => typeof endpoint === "string");
  }

  /**
   * The properties that the module sets. Defaults of the provider and what only AWS computes are not among them.
   * @param block of the resource, as the module has it
   * @throws TerraformError naming a text that holds the address of a deployed search domain
   */
  body({ address, after, unknown }: PlannedResource, block: JsonObject): JsonObject {
    return this.block(block, after, unknown, address, true);
  }

  private block(
    source: JsonObject,
    after: JsonObject,
    unknown: Json,
    place: string,
    isWhole = false,
  ): JsonObject {
    const dynamic = Object.keys(objectOf(source, "dynamic"));
    const names = [...Object.keys(source).filter((name) => name !== "dynamic"), ...dynamic];
    return Object.fromEntries(
      names
        .filter((name) => !(isWhole && EXPANDED.has(name)))
        .flatMap((name): [string, Json][] => {
          const given = member(source, name);
          if (isWhole && META_ARGUMENTS.has(name)) return given === undefined ? [] : [[name, given]];
          const value = this.value(
            given,
            member(after, name),
            membersUnknown(unknown, name),
            `${place}.${name}`,
          );
          return value === undefined ? [] : [[name, value]];
        }),
    );
  }

  private value(
    source: Json | undefined,
    after: Json | undefined,
    unknown: Json | undefined,
    place: string,
  ): Json | undefined {
    if (typeof source === "string") {
      // Also where the plan tells it: an address of AWS must not reach a function that runs here.
      const reference = this.reference(source);
      if (reference !== undefined) return reference;
    }
    if (after === undefined) {
      if (unknown !== true) return undefined;
      return source === undefined ? UNKNOWN : this.unknown(source);
    }
    if (isList(after)) {
      const sources: readonly Json[] = isList(source) ? source : source === undefined ? [] : [source];
      const [only] = after;
      // The plan has a block that may occur once as a list; here it is in the form of the source.
      if (after.length === 1 && isJsonObject(source) && isJsonObject(only)) {
        return this.value(source, only, isList(unknown) ? unknown[0] : unknown, place);
      }
      return after.map((item: Json, index) => {
        const itsPlace = `${place}[${index}]`;
        const itsUnknown = isList(unknown) ? unknown[index] : unknown;
        if (!isJsonObject(item))
          return this.value(sources[index], item ?? undefined, itsUnknown, itsPlace) ?? null;
        const from = blockOf(item, sources, index);
        return from === undefined
          ? this.members(item, itsUnknown, itsPlace)
          : this.block(from, item, itsUnknown ?? {}, itsPlace);
      });
    }
    if (isJsonObject(after)) {
      return isJsonObject(source)
        ? this.block(source, after, unknown ?? {}, place)
        : this.members(after, unknown, place);
    }
    return this.known(after, place);
  }

  /** The members of a value for which there is no source. */
  private members(after: JsonObject, unknown: Json | undefined, place: string): JsonObject {
    const names = new Set([...Object.keys(after), ...(isJsonObject(unknown) ? Object.keys(unknown) : [])]);
    return Object.fromEntries(
      [...names].flatMap((name): [string, Json][] => {
        const value = this.value(
          undefined,
          member(after, name),
          membersUnknown(unknown, name),
          `${place}.${name}`,
        );
        return value === undefined ? [] : [[name, value]];
      }),
    );
  }

  /** What stands in the place of a value that is known only after apply. */
  private unknown(source: Json): Json {
    if (typeof source === "string") return this.reference(source) ?? this.withoutIndexes(source);
    if (isList(source)) return source.map((item) => this.unknown(item));
    if (!isJsonObject(source)) return source;
    return Object.fromEntries(Object.entries(source).map(([name, item]) => [name, this.unknown(item)]));
  }

  /** A text without the index of a counted resource that has one instance, as its name in the document. */
  private withoutIndexes(text: string): string {
    return text.replaceAll(INDEXED, (indexed, type: string, name: string) => {
      const target = this.own.find((resource) => resource.type === type && resource.name === name);
      return target !== undefined && nameOf(target, this.own) === name ? `${type}.${name}` : indexed;
    });
  }

  /** The one reference to a resource that an expression is, also through local values; else undefined. */
  private reference(text: string): string | undefined {
    const [, expression] = /^\$\{([^{}]+)\}$/.exec(text) ?? [];
    if (expression === undefined) return undefined;
    const [, local] = /^local\.([\w-]+)$/.exec(expression) ?? [];
    if (local !== undefined) {
      const value = member(this.locals, local);
      return typeof value === "string" ? this.reference(value) : undefined;
    }
    const made = MADE_OR_ADOPTED.exec(expression)?.groups?.["made"];
    const { type, name, attribute } = REFERENCE.exec(made ?? expression)?.groups ?? {};
    const target = this.own.find((resource) => resource.type === type && resource.name === name);
    if (target === undefined || nameOf(target, this.own) !== name) return undefined;
    return `\${${type}.${name}.${attribute}}`;
  }

  /** A literal value, spelled so that it is evaluated to itself. */
  private known(value: Json, place: string): Json {
    if (typeof value !== "string") return value;
    if (this.endpoints.some((endpoint) => value.includes(endpoint))) {
      throw new TerraformError(
        place,
        "holds the address of the deployed search domain in a text; the local run replaces it only where it stands alone",
      );
    }
    return value.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
  }
}

function membersUnknown(unknown: Json | undefined, name: string): Json | undefined {
  return isJsonObject(unknown) ? unknown[name] : unknown;
}

/** The source of a block. Terraform keeps some in the order of a set, so it is the one whose literals the block has. */
function blockOf(item: JsonObject, sources: readonly Json[], index: number): JsonObject | undefined {
  const fits = (source: Json | undefined): source is JsonObject =>
    isJsonObject(source) &&
    Object.entries(source).every(
      ([name, value]) =>
        typeof value !== "string" || value.includes("${") || String(member(item, name) ?? "") === value,
    );
  const same = sources[index];
  return fits(same) ? same : sources.find(fits);
}
