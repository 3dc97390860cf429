import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, type Json, type JsonObject, member } from "../../lib/json";
import { messageOf } from "../../lib/message-of";
import { COMPUTED_ATTRIBUTES } from "./computed-attributes";
import { evaluateTemplate } from "./expression";
import { UNKNOWN } from "./planned-blocks";
import { Properties } from "./properties";
import type { PlannedModule } from "./saved-plan";
import { TerraformError } from "./terraform-error";
import { type GivenVariables, readVariables } from "./variables";

/** Values that the document does not tell. */
export interface Computed {
  /** Of a stack that does not name its own. */
  readonly region?: string;
  readonly accountId?: string;
  /** Scheme, host and port of the search engine: the value of `${aws_opensearch_domain.….endpoint}`. */
  readonly searchEndpoint?: string;
}

/** Account of a stack that takes it from a data source or its provider's environment. */
const ACCOUNT_ID = "000000000000";
/** Region of a stack that does not name one. */
const REGION = "us-east-1";

const DOCUMENT = "cdk.tf.json";

/** Hours that a stream of another owner keeps its records, as a new stream does. */
export const ADOPTED_STREAM_HOURS = 24;

/** `${type.name.attribute}` */
interface Reference {
  readonly type: string;
  readonly name: string;
  readonly attribute: string;
}

/** A synthesized stack: its resources by type, with references resolved as `apply` would. */
export class Stack {
  readonly region: string;
  readonly accountId: string;
  /** Those that the stack itself names. */
  readonly named: { readonly region: string | undefined; readonly accountId: string | undefined };
  /** Its `cdk.tf.json`, as written, or what was read from a plan. */
  readonly document: JsonObject;
  private readonly resources: JsonObject;
  private readonly variables: ReadonlyMap<string, Json>;
  private readonly opened: Properties[] = [];
  private readonly evaluating = new Set<string>();

  /**
   * @param directory the stack's own folder: `cdk.tf.json` and its `assets/`
   * @param given values of the stack's variables
   * @param planned the stack's resources, where they come from a plan
   * @param document others than the stack's own
   * @throws TerraformError when the stack cannot be read, or a variable has no value
   */
  constructor(
    readonly directory: string,
    private readonly computed: Computed,
    given: GivenVariables = {},
    private readonly planned?: PlannedModule,
    document: JsonObject = planned?.document ?? readDocument(directory),
  ) {
    this.document = document;
    if (member(document, "module") !== undefined) {
      throw new TerraformError("module", "the local run does not support modules");
    }
    this.variables = readVariables(member(document, "variable"), given);
    const resources = member(document, "resource") ?? {};
    if (!isJsonObject(resources)) throw new TerraformError("resource", "must be an object");
    this.resources = resources;
    const provider = this.defaultProvider(document);
    const [accountId, ...others] = provider.strings("allowed_account_ids");
    if (others.length > 0) provider.refuse("allowed_account_ids", "must contain one account");
    this.named = { region: provider.optionalString("region"), accountId };
    this.region = this.named.region ?? computed.region ?? REGION;
    this.accountId = accountId ?? computed.accountId ?? ACCOUNT_ID;
  }

  /** What to do where an archive of a function is not the one that Terraform would upload. */
  get archiveRemedy(): string {
    if (this.planned === undefined) return "run `npm run synth` again";
    return this.planned.module === ""
      ? "run `npm run synth` and plan again"
      : "run `npm run build:modules`, or unpack the module again, and then plan again";
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

  /** The AWS provider without an alias. */
  private defaultProvider(document: JsonObject): Properties {
    const providers = member(document, "provider") ?? {};
    const aws = isJsonObject(providers) ? (member(providers, "aws") ?? []) : [];
    const bodies: readonly Json[] = Array.isArray(aws) ? aws : [aws];
    const body = bodies.filter(isJsonObject).find((candidate) => member(candidate, "alias") === undefined);
    if (body === undefined) throw new TerraformError("provider.aws", "the stack has no AWS provider");
    return Properties.of("provider.aws", body, (text, place) => this.evaluate(text, place));
  }

  private bodies(type: string): [string, JsonObject][] {
    const named = member(this.resources, type) ?? {};
    if (!isJsonObject(named)) throw new TerraformError(type, "must be an object");
    return Object.entries(named).map(([name, body]) => {
      if (!isJsonObject(body)) throw new TerraformError(`${type}.${name}`, "must be an object");
      return [name, body];
    });
  }

  /** A text with its references resolved. @throws TerraformError when it refers to what only AWS knows */
  evaluate(text: string, place: string): Json {
    if (this.planned && text === UNKNOWN) {
      throw new TerraformError(
        place,
        "is known only after apply, and neither the plan nor the module tells it",
      );
    }
    return explained(place, () => evaluateTemplate(text, (names) => this.resolve(names, place)));
  }

  /** The value of a name in an expression. */
  private resolve(names: readonly string[], place: string): Json {
    const [first = "", second = "", third = "", fourth = ""] = names;
    if (first === "var" || first === "local") {
      const named = this.planned?.named[first];
      if (named && Object.hasOwn(named, second)) return named[second] ?? null;
      const value = first === "var" ? this.variables.get(second) : undefined;
      if (value !== undefined) return value;
      const problem = this.planned
        ? "is known only after apply, or stands beside a value that is, and the plan does not tell it"
        : first === "var"
          ? "names no variable of this stack"
          : "is a local value; supported are resources, data sources and variables";
      throw new TerraformError(place, `\${${first}.${second}} ${problem}`);
    }
    if (first === "data") return this.dataAttribute(second, third, fourth, place);
    return this.attribute({ type: first, name: second, attribute: third }, place);
  }

  /** What AWS would tell of the account and the region; the local run asks nobody. */
  private dataAttribute(type: string, name: string, attribute: string, place: string): Json {
    const known: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
      aws_caller_identity: { account_id: this.accountId, id: this.accountId },
      aws_region: { id: this.region, name: this.region, region: this.region },
      aws_partition: { id: "aws", partition: "aws", dns_suffix: "amazonaws.com" },
      aws_kinesis_stream: { retention_period: ADOPTED_STREAM_HOURS },
    };
    const value = known[type]?.[attribute];
    if (value !== undefined) return value;
    throw new TerraformError(
      place,
      `\${data.${type}.${name}.${attribute}} is not known here: the local run asks nobody`,
    );
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
    return value === undefined ? undefined : this.evaluated(value, `${address}.${property}`);
  }

  /** A value with the texts in it evaluated. */
  private evaluated(value: Json, place: string): Json {
    if (typeof value === "string") return this.evaluate(value, place);
    if (Array.isArray(value)) return value.map((item: Json) => this.evaluated(item, place));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.evaluated(item, place)]));
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

function explained<T>(place: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof TerraformError) throw error;
    throw new TerraformError(place, messageOf(error));
  }
}
