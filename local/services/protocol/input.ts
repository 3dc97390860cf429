import { isJsonObject } from "../../../lib/json";
import type { AwsError } from "./errors";

/** Creates a service's error for an input of the wrong shape. */
export type Refuse = (message: string) => AwsError;

/** Reads members of a request's input; the error for a member of the wrong type names it. */
export class Input {
  private readonly members: Readonly<Record<string, unknown>>;

  constructor(
    value: unknown,
    private readonly refuse: Refuse,
    private readonly path = "",
  ) {
    if (!isJsonObject(value)) throw refuse(`${path === "" ? "the input" : path} must be an object`);
    this.members = value;
  }

  /** A required string. */
  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw this.refuse(`${this.path}${name} is missing`);
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.members[name] ?? undefined;
    if (value !== undefined && typeof value !== "string") {
      throw this.refuse(`${this.path}${name} must be a string`);
    }
    return value;
  }

  optionalInteger(name: string, min: number, max: number): number | undefined {
    const value = this.members[name] ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
      throw this.refuse(`${this.path}${name} must be a whole number from ${min} to ${max}, not ${value}`);
    }
    return value;
  }

  /** A required structure. */
  object(name: string): Input {
    const value = this.optionalObject(name);
    if (value === undefined) throw this.refuse(`${this.path}${name} is missing`);
    return value;
  }

  optionalObject(name: string): Input | undefined {
    const value = this.members[name] ?? undefined;
    return value === undefined ? undefined : new Input(value, this.refuse, `${this.path}${name}.`);
  }

  /** Structures; none when the member is absent. */
  objects(name: string): Input[] {
    return this.array(name).map(
      (item, index) => new Input(item, this.refuse, `${this.path}${name}[${index}].`),
    );
  }

  /** Strings; none when the member is absent. */
  texts(name: string): string[] {
    return this.array(name).map((item, index) => {
      if (typeof item !== "string") throw this.refuse(`${this.path}${name}[${index}] must be a string`);
      return item;
    });
  }

  /** A map of strings; empty when the member is absent. */
  textMap(name: string): Record<string, string> {
    const map: Record<string, string> = {};
    const value = this.members[name] ?? {};
    if (!isJsonObject(value)) throw this.refuse(`${this.path}${name} must be an object`);
    for (const [key, text] of Object.entries(value)) {
      if (typeof text !== "string") throw this.refuse(`${this.path}${name}.${key} must be a string`);
      map[key] = text;
    }
    return map;
  }

  /** All members, unchanged. */
  all(): Readonly<Record<string, unknown>> {
    return this.members;
  }

  private array(name: string): unknown[] {
    const value = this.members[name] ?? [];
    if (!Array.isArray(value)) throw this.refuse(`${this.path}${name} must be a list`);
    return value;
  }
}
