import { DataAwsKinesisStream } from "@cdktf/provider-aws/lib/data-aws-kinesis-stream";
import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import { TerraformVariable } from "cdktf";
import { Construct } from "constructs";

/** Source of the tokens. */
export type TokenSource = "a variable" | "a data source";

/** A token that replaces `literal`, and the reference expected in the JSON for it. */
function tokenFor(scope: Construct, id: string, literal: number | string, source: TokenSource) {
  if (source === "a variable") {
    const type = typeof literal;
    const variable = new TerraformVariable(scope, id, { type });
    variable.overrideLogicalId(id);
    return {
      token: type === "number" ? variable.numberValue : variable.stringValue,
      reference: `var.${id}`,
    };
  }
  if (typeof literal === "number") {
    const stream = new DataAwsKinesisStream(scope, id, { name: id });
    stream.overrideLogicalId(id);
    return { token: stream.retentionPeriod, reference: `data.aws_kinesis_stream.${id}.retention_period` };
  }
  const parameter = new DataAwsSsmParameter(scope, id, { name: id });
  parameter.overrideLogicalId(id);
  return { token: parameter.insecureValue, reference: `data.aws_ssm_parameter.${id}.insecure_value` };
}

/** Replaces properties by tokens, and records the references expected in the synthesized JSON. */
export class Tokens {
  /** The reference of every token, by its property. */
  public readonly references = new Map<string, string>();

  public constructor(
    private readonly scope: Construct,
    private readonly source: TokenSource,
    /** A structural path that becomes a token nevertheless, such as `EventStream.capacity.mode`. @default none */
    private readonly structuralToken?: string,
  ) {}

  /**
   * The same properties with a token in every number and every text.
   * @param what first part of the tokens' names
   * @param passedThrough paths of lists of texts: a variable replaces the whole list, data sources replace
   * its elements
   * @param structural paths that keep their literal, such as `availability.kind`; `*` stands for each element of a list
   */
  public in<P>(
    what: string,
    props: P,
    structural: readonly string[] = [],
    passedThrough: readonly string[] = [],
  ): P {
    const unused = new Set([...structural, ...passedThrough]);
    const walk = (value: unknown, path: readonly string[], place: readonly string[]): unknown => {
      const at = path.join(".");
      if (`${what}.${at}` === this.structuralToken) {
        unused.delete(at);
        return structuralToken(this.scope, ["structural", ...place].join("_"), value);
      }
      if (structural.includes(at)) {
        unused.delete(at);
        return value;
      }
      if (typeof value === "number" || typeof value === "string") {
        const id = [what, ...place].join("_").replaceAll(/\W/g, "_");
        const { token, reference } = tokenFor(this.scope, id, value, this.source);
        this.references.set([what, ...place].join("."), reference);
        return token;
      }
      if (passedThrough.includes(at)) {
        unused.delete(at);
        if (this.source === "a variable") return this.list([what, ...place]);
      }
      if (Array.isArray(value)) {
        return value.map((element, index) => walk(element, [...path, "*"], [...place, String(index)]));
      }
      if (typeof value !== "object" || value === null || !isPlain(value)) return value;
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, walk(inner, [...path, key], [...place, key])]),
      );
    };
    const replaced = walk(props, [], []) as P;
    if (unused.size > 0 && !this.structuralToken?.startsWith(what))
      throw new Error(`${what} has no ${[...unused].join(", ")}`);
    return replaced;
  }

  private list(place: readonly string[]): string[] {
    const id = place.join("_").replaceAll(/\W/g, "_");
    const variable = new TerraformVariable(this.scope, id, { type: "list(string)" });
    variable.overrideLogicalId(id);
    this.references.set(place.join("."), `var.${id}`);
    return variable.listValue;
  }
}

/** A token of the same type as `literal`. */
function structuralToken(scope: Construct, id: string, literal: unknown): unknown {
  const variable = new TerraformVariable(scope, id, {});
  if (Array.isArray(literal)) return variable.listValue;
  return typeof literal === "boolean" ? variable.booleanValue : variable.stringValue;
}

/** Whether it is a plain object of properties, not a construct or another class instance. */
function isPlain(value: object): boolean {
  return !Construct.isConstruct(value) && Object.getPrototypeOf(value) === Object.prototype;
}
