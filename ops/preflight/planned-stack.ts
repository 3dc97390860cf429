import { isJsonObject, type Json, type JsonObject, member, objectOf } from "../../lib/json";
import { OperatorError } from "../../lib/operator-error";
import { Stack } from "../../local/plan/stack";
import { type StackSource, stackName } from "../../local/plan/stack-source";
import { TerraformError } from "../../local/plan/terraform-error";
import type { Location } from "../../modules/location";
import { arnsOf, nameProperty, settingOf } from "./resource-types";

/** A resource of a synthesized stack, with what can be known of it before a deploy. */
export interface PlannedResource {
  readonly address: string;
  readonly type: string;
  /** Its properties, as written. */
  readonly body: JsonObject;
  /** Physical name; undefined for a type without, and where it is not known before the deploy. */
  readonly name: string | undefined;
  /** Has `count` or `for_each`: how many there will be is not known here. */
  readonly isRepeated: boolean;
}

/** ARNs of a resource. */
export interface PlannedArns {
  readonly arns: readonly string[];
  /** Whether its name is known; otherwise the ARNs have a `*` in its place. */
  readonly isKnown: boolean;
}

/** `${type.name.attribute}` alone. */
const REFERENCE = /^\$\{(\w+)\.([\w-]+)\.\w+\}$/;

/** A synthesized stack, as preflight reads it. */
export class PlannedStack {
  readonly document: JsonObject;
  readonly resources: readonly PlannedResource[];
  /** What the stack looks up. */
  readonly dataSources: readonly PlannedResource[];
  private readonly stack: Stack;

  /** @throws TerraformError when the stack cannot be read */
  constructor(
    readonly source: StackSource,
    readonly location: Location,
  ) {
    this.stack = new Stack(source.directory, location, source.variables);
    this.document = this.stack.document;
    this.resources = this.readAll("resource");
    this.dataSources = this.readAll("data");
  }

  /** What people call it. */
  get name(): string {
    return stackName(this.source);
  }

  /** A property with its references resolved; undefined if it is absent, or not known before the deploy. */
  value({ body, address }: PlannedResource, property: string): string | undefined {
    return this.resolved(member(body, property), `${address}.${property}`);
  }

  /** A value of the document with its references resolved; undefined if it is no text, or not known before the deploy. */
  resolved(value: Json | undefined, place: string): string | undefined {
    if (typeof value === "number") return String(value);
    if (typeof value !== "string") return undefined;
    try {
      const resolved = this.stack.evaluate(value, place);
      return typeof resolved === "object" ? undefined : String(resolved);
    } catch (error) {
      if (error instanceof TerraformError) return undefined;
      throw error;
    }
  }

  /** The resource of this stack that a value refers to, if it is one reference. */
  referred(value: Json | undefined): PlannedResource | undefined {
    const [, type, id] = (typeof value === "string" && REFERENCE.exec(value)) || [];
    return this.resources.find(({ address }) => address === `${type}.${id}`);
  }

  /** ARNs on which AWS checks the actions on a resource; undefined for a type that is not known here. */
  arnsOf(resource: PlannedResource): PlannedArns | undefined {
    // A role that is looked up may have a path.
    if (resource.address.startsWith("data.aws_iam_role.")) {
      return { arns: arnsOf(resource.type, undefined, this.location) ?? [], isKnown: false };
    }
    const of = settingOf(resource.type);
    if (of === undefined) {
      const arns = arnsOf(resource.type, resource.name, this.location);
      const isKnown = resource.name !== undefined || nameProperty(resource.type) === undefined;
      return arns && { arns, isKnown };
    }
    const [property, type] = of;
    const referred = this.referred(member(resource.body, property));
    if (referred?.type === type) return this.arnsOf(referred);
    const name = this.value(resource, property)?.replace(/^arn:.*:/, "");
    const arns = arnsOf(type, name, this.location);
    return arns && { arns, isKnown: name !== undefined };
  }

  private readAll(kind: "resource" | "data"): PlannedResource[] {
    const types = objectOf(this.document, kind);
    const prefix = kind === "data" ? "data." : "";
    return Object.keys(types).flatMap((type) => this.read(prefix, type, objectOf(types, type)));
  }

  private read(prefix: string, type: string, named: JsonObject): PlannedResource[] {
    return Object.entries(named).map(([id, body]) => {
      const address = `${prefix}${type}.${id}`;
      if (!isJsonObject(body))
        throw new OperatorError(`${address} is not an object in ${this.source.directory}`);
      const isRepeated = member(body, "count") !== undefined || member(body, "for_each") !== undefined;
      const property = nameProperty(type);
      const name =
        property === undefined || isRepeated
          ? undefined
          : this.resolved(member(body, property), `${address}.${property}`);
      return { address, type, body, name, isRepeated };
    });
  }
}
