import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, type Json, type JsonObject, member } from "../../lib/json";
import { messageOf } from "../../lib/message-of";
import { COMPUTED_ATTRIBUTES } from "./computed-attributes";
import { Properties } from "./properties";
import { parseTemplate, type Reference } from "./template";
import { TerraformError } from "./terraform-error";

/** Values that depend on the running engines. */
export interface Computed {
  /** Scheme, host and port of the search engine: the value of `${aws_opensearch_domain.….endpoint}`. */
  readonly searchEndpoint?: string;
}

const DOCUMENT = "cdk.tf.json";

/** A synthesized stack: its resources by type, with references resolved as `apply` would. */
export class Stack {
  readonly region: string;
  readonly accountId: string;
  private readonly resources: JsonObject;
  private readonly opened: Properties[] = [];
  private readonly evaluating = new Set<string>();

  /**
   * @param directory the stack's own folder: `cdk.tf.json` and its `assets/`
   * @throws TerraformError when the stack or its provider's region or account is missing
   */
  constructor(
    readonly directory: string,
    private readonly computed: Computed,
  ) {
    const document = readDocument(directory);
    if (member(document, "module") !== undefined) {
      throw new TerraformError("module", "the local run does not support modules");
    }
    const provider = defaultProvider(document);
    this.region = provider.string("region");
    const [accountId, ...others] = provider.strings("allowed_account_ids");
    this.accountId =
      accountId !== undefined && others.length === 0
        ? accountId
        : provider.refuse("allowed_account_ids", "must contain exactly the account of the environment");
    const resources = member(document, "resource") ?? {};
    if (!isJsonObject(resources)) throw new TerraformError("resource", "must be an object");
    this.resources = resources;
  }

  /** Number of resources of each type. */
  counts(): Map<string, number> {
    return new Map(Object.keys(this.resources).map((type) => [type, this.bodies(type).length]));
  }

  /** The resources of a type. Read all of them before calling `notHonoured`. */
  all(type: string): Properties[] {
    return this.bodies(type).map(([name, body]) => {
      const properties = Properties.of(`${type}.${name}`, body, (text, place) => this.evaluate(text, place));
      this.opened.push(properties);
      return properties;
    });
  }

  /** The properties that are not honoured, of all resources that were read. */
  notHonoured(): string[] {
    return this.opened.flatMap((properties) => properties.remainder());
  }

  private bodies(type: string): [string, JsonObject][] {
    const named = member(this.resources, type) ?? {};
    if (!isJsonObject(named)) throw new TerraformError(type, "must be an object");
    return Object.entries(named).map(([name, body]) => {
      if (!isJsonObject(body)) throw new TerraformError(`${type}.${name}`, "must be an object");
      return [name, body];
    });
  }

  private evaluate(text: string, place: string): Json {
    const values = explained(place, () => parseTemplate(text)).map((part) =>
      typeof part === "string" ? part : this.attribute(part, place),
    );
    const [only] = values;
    if (values.length === 1 && only !== undefined) return only;
    return values
      .map((value) => {
        if (typeof value === "object")
          throw new TerraformError(place, `"${text}" puts a list or block into text`);
        return String(value);
      })
      .join("");
  }

  /** The value of `${type.name.attribute}`: the resource's own property, or the attribute that AWS would compute. */
  private attribute({ type, name, attribute }: Reference, place: string): Json {
    const reference = `${type}.${name}.${attribute}`;
    const body = this.bodies(type).find(([candidate]) => candidate === name)?.[1];
    if (body === undefined)
      throw new TerraformError(place, `\${${reference}} names no resource of this stack`);
    if (this.evaluating.has(reference)) throw new TerraformError(place, `\${${reference}} refers to itself`);
    this.evaluating.add(reference);
    try {
      return (
        this.spelledOut(`${type}.${name}`, body, attribute) ??
        this.compute({ type, name, attribute }, body, place)
      );
    } finally {
      this.evaluating.delete(reference);
    }
  }

  private spelledOut(address: string, body: JsonObject, property: string): Json | undefined {
    const value = member(body, property);
    return typeof value === "string" ? this.evaluate(value, `${address}.${property}`) : value;
  }

  private compute({ type, name, attribute }: Reference, body: JsonObject, place: string): Json {
    const reference = `${type}.${name}.${attribute}`;
    const compute = COMPUTED_ATTRIBUTES[type]?.[attribute];
    if (compute === undefined) {
      throw new TerraformError(
        place,
        `\${${reference}} is not an attribute that the local run can compute; add it to computed-attributes.ts`,
      );
    }
    return compute({
      region: this.region,
      accountId: this.accountId,
      property: (property) => {
        const value = this.spelledOut(`${type}.${name}`, body, property);
        if (typeof value === "string") return value;
        throw new TerraformError(
          place,
          `\${${reference}} needs the resource's ${property}, which is not set`,
        );
      },
      endpoint: (endpoint) => {
        const value = this.computed[endpoint];
        if (value !== undefined) return value;
        throw new TerraformError(
          place,
          `\${${reference}} needs a running engine's address, and none was given`,
        );
      },
    });
  }
}

function readDocument(directory: string): JsonObject {
  const path = join(directory, DOCUMENT);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const reason = messageOf(error);
    throw new TerraformError(path, `cannot be read; run \`npm run synth\` first (${reason})`);
  }
  const document: unknown = explained(path, () => JSON.parse(text));
  if (!isJsonObject(document)) throw new TerraformError(path, "must be an object");
  return document;
}

/** The AWS provider without an alias. Its values must be literals. */
function defaultProvider(document: JsonObject): Properties {
  const providers = member(document, "provider") ?? {};
  const aws = isJsonObject(providers) ? (member(providers, "aws") ?? []) : [];
  const bodies: readonly Json[] = Array.isArray(aws) ? aws : [aws];
  const body = bodies.filter(isJsonObject).find((candidate) => member(candidate, "alias") === undefined);
  if (body === undefined) throw new TerraformError("provider.aws", "the stack has no AWS provider");
  return Properties.of("provider.aws", body, (text, place) => {
    const parts = explained(place, () => parseTemplate(text));
    if (parts.every((part) => typeof part === "string")) return parts.join("");
    throw new TerraformError(place, `"${text}" must be literal`);
  });
}

function explained<T>(place: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new TerraformError(place, messageOf(error));
  }
}
