import { isJsonObject, type Json, type JsonObject, leaves, member } from "../../lib/json";
import { TerraformError } from "./terraform-error";

/** Resolves the references in a string of the document. Throws an error that describes the problem. */
type Evaluate = (text: string, place: string) => Json;

/** Records the properties of one resource that were read, and those that are not honoured. */
class PropertyUse {
  readonly read = new Set<string>();
  /** By path; a path covers everything below it. */
  readonly notHonoured = new Map<string, string>();
}

/** Properties that any resource may have, and why the local run does not honour them. */
const COMMON: Readonly<Record<string, string>> = {
  tags: "tags are not kept here",
  tags_all: "tags are not kept here",
  lifecycle: "nothing is replaced or destroyed here",
  depends_on: "the local run starts in an order of its own",
  timeouts: "nothing is waited for here",
};

/** Terraform's meta-arguments that would change the meaning of the block. */
const FORBIDDEN = ["count", "for_each", "provider", "provisioner", "connection"] as const;

/**
 * The properties of a resource, or of a block of it. Each read is recorded, so that in the end every property is read,
 * listed as not honoured, or listed as unknown; none is ignored silently.
 */
export class Properties {
  private constructor(
    readonly address: string,
    private readonly body: JsonObject,
    private readonly path: string,
    private readonly evaluate: Evaluate,
    private readonly use: PropertyUse,
  ) {}

  static of(address: string, body: JsonObject, evaluate: Evaluate): Properties {
    const properties = new Properties(address, body, "", evaluate, new PropertyUse());
    for (const name of FORBIDDEN) {
      if (properties.has(name)) properties.refuse(name, "is not supported by the local run");
    }
    for (const [name, reason] of Object.entries(COMMON)) properties.notHonoured(name, reason);
    return properties;
  }

  has(name: string): boolean {
    return member(this.body, name) !== undefined;
  }

  /** @throws TerraformError when it is absent or not a string */
  string(name: string): string {
    return this.optionalString(name) ?? this.refuse(name, "is required");
  }

  optionalString(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    return typeof value === "string" ? value : this.refuse(name, "must be a string");
  }

  /** A string as written in the document, with unresolved references. This does not count as reading the property. */
  text(name: string): string | undefined {
    const value = member(this.body, name);
    return typeof value === "string" ? value : undefined;
  }

  /** A number, or its decimal text, as Terraform converts it. @param providerDefault value without the property */
  number(name: string, providerDefault: number): number {
    const value = this.value(name);
    if (value === undefined) return providerDefault;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number)
      ? number
      : this.refuse(name, "must be a number");
  }

  /** @throws TerraformError when it is not a whole number of at least `min` */
  integer(name: string, providerDefault: number, min: number): number {
    const value = this.number(name, providerDefault);
    return Number.isInteger(value) && value >= min
      ? value
      : this.refuse(name, `must be a whole number, ${min} or more`);
  }

  flag(name: string, providerDefault: boolean): boolean {
    const value = this.value(name) ?? providerDefault;
    if (value === true || value === "true") return true;
    if (value === false || value === "false") return false;
    return this.refuse(name, "must be true or false");
  }

  /** One of the values that the local run supports. @param providerDefault value without the property */
  oneOf<const T extends string>(name: string, supported: readonly T[], providerDefault?: T): T {
    const value = this.optionalString(name) ?? providerDefault ?? this.refuse(name, "is required");
    return (
      supported.find((candidate) => candidate === value) ??
      this.refuse(name, `is not supported here; supported: ${supported.join(", ")}`, value)
    );
  }

  strings(name: string): string[] {
    const value = this.value(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) return this.refuse(name, "must be a list");
    return value.map((item: Json, index) => {
      const place = `${this.at(name)}[${index}]`;
      this.use.read.add(place);
      if (typeof item !== "string") return this.refuse(`${name}[${index}]`, "must be a string");
      const evaluated = this.evaluate(item, `${this.address}.${place}`);
      return typeof evaluated === "string" ? evaluated : this.refuse(`${name}[${index}]`, "must be a string");
    });
  }

  /** A map of strings; numbers and booleans become text, as Terraform converts them. */
  map(name: string): Record<string, string> {
    const block = this.block(name);
    if (block === undefined) return {};
    const entries = Object.keys(block.body).map((key): [string, string] => {
      const value = block.value(key);
      return value === undefined || typeof value === "object"
        ? block.refuse(key, "must be a string")
        : [key, String(value)];
    });
    return Object.fromEntries(entries);
  }

  /** The keys of a map of settings. */
  names(): string[] {
    return Object.keys(this.body).filter((name) => this.has(name));
  }

  /** A block that may occur once; cdktf writes it as an object or as a list of one. */
  block(name: string): Properties | undefined {
    const [first, second] = this.blocks(name);
    if (second !== undefined) return this.refuse(name, "must occur at most once");
    return first;
  }

  blocks(name: string): Properties[] {
    const value = member(this.body, name);
    if (value === undefined) return [];
    this.use.read.add(this.at(name));
    const items: readonly Json[] = Array.isArray(value) ? value : [value];
    return items.map((item: Json, index) => {
      const path = Array.isArray(value) ? `${this.at(name)}[${index}]` : this.at(name);
      if (!isJsonObject(item)) return this.refuse(name, "must be a block");
      this.use.read.add(path);
      return new Properties(this.address, item, path, this.evaluate, this.use);
    });
  }

  /** Lists a property and everything below it as not honoured; has no effect when the property is absent. */
  notHonoured(name: string, reason: string): void {
    if (this.has(name)) this.use.notHonoured.set(this.at(name), reason);
  }

  /** The full name of a property, for errors and the list. */
  place(name: string): string {
    return `${this.address}.${this.at(name)}`;
  }

  /**
   * @param evaluated the resolved value, if that value is the problem
   * @throws TerraformError always: address, property, value and `problem`
   */
  refuse(name: string, problem: string, evaluated?: string): never {
    const value = member(this.body, name);
    const outcome = evaluated === undefined || evaluated === value ? "" : ` = "${evaluated}"`;
    throw new TerraformError(
      this.place(name),
      value === undefined ? problem : `${JSON.stringify(value)}${outcome} ${problem}`,
    );
  }

  /**
   * Returns a line for each property of the resource that is not honoured. Call it after all reads. These properties
   * are not evaluated, so they may contain any expression.
   */
  remainder(): string[] {
    const lines = new Set<string>();
    for (const { path } of leaves(this.body)) {
      if (this.use.read.has(path)) continue;
      const [listed, reason] = [...this.use.notHonoured].find(([prefix]) => covers(prefix, path)) ?? [
        path,
        "not known to the local run",
      ];
      lines.add(`${this.address}.${withoutIndices(listed)}: ${reason}`);
    }
    return [...lines];
  }

  private value(name: string): Json | undefined {
    const value = member(this.body, name);
    this.use.read.add(this.at(name));
    return typeof value === "string" ? this.evaluate(value, this.place(name)) : value;
  }

  private at(name: string): string {
    return this.path === "" ? name : `${this.path}.${name}`;
  }
}

function covers(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}

/** Merges the lines of one property in all items of a list. */
function withoutIndices(path: string): string {
  return path.replaceAll(/\[\d+\]/g, "[]");
}
