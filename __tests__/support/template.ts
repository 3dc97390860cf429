import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack, Testing } from "cdktf";
import { testApp } from "./test-app";

/** A value in synthesized JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A statement of an `aws_iam_policy_document`. */
export interface PolicyStatement {
  readonly sid?: string;
  readonly effect?: string;
  readonly actions: readonly string[];
  readonly resources?: readonly string[];
  readonly principals?: readonly { readonly type: string; readonly identifiers: readonly string[] }[];
  readonly condition?: readonly {
    readonly test: string;
    readonly variable: string;
    readonly values: readonly string[];
  }[];
}

/** A resource or a data source of the JSON. */
export interface Block {
  /** `type.id`, as in references of other blocks. */
  readonly address: string;
  readonly type: string;
  /** Construct path. */
  readonly path: string;
  readonly properties: JsonObject;
}

/** Synthesized Terraform JSON with queries on it. */
export class Template {
  public constructor(public readonly json: JsonObject) {}

  /** Synthesizes an empty stack with the constructs that `build` adds. */
  public static of(build: (stack: TerraformStack) => void): Template {
    const stack = new TerraformStack(testApp(), "test");
    new AwsProvider(stack, "Aws", {});
    build(stack);
    return new Template(JSON.parse(Testing.synth(stack, true)));
  }

  /** Synthesizes a stack, its validations included. */
  public static ofStack(stack: TerraformStack): Template {
    stack.prepareStack();
    return new Template(JSON.parse(Testing.synth(stack, true)));
  }

  /** Every resource, in order of address. */
  public resources(type?: string): Block[] {
    return this.blocks("resource", type);
  }

  /** Every data source, in order of address. */
  public data(type?: string): Block[] {
    return this.blocks("data", type);
  }

  /** The one resource of a type whose address contains `part`. @throws Error when there is not exactly one. */
  public only(type: string, part = ""): Block {
    const found = this.resources(type).filter(({ address }) => address.includes(part));
    const [block] = found;
    if (found.length !== 1 || !block) {
      throw new Error(`${found.length} resources ${type} with "${part}": ${found.map((b) => b.address)}`);
    }
    return block;
  }

  /** The statements of the policy document whose address contains `part`. */
  public statements(part: string): readonly PolicyStatement[] {
    const found = this.data("aws_iam_policy_document").filter(({ address }) => address.includes(part));
    const [document] = found;
    if (found.length !== 1 || !document) {
      throw new Error(`${found.length} policies with "${part}": ${found.map((b) => b.address)}`);
    }
    return statementsOf(document);
  }

  /** Permissions of a role: statement id → actions and resources, both sorted, references by address. */
  public grants(role: string): Record<string, { actions: string[]; resources: string[] }> {
    return Object.fromEntries(
      this.statements(`${role}_Permissions_Document`).map(({ sid, effect, actions, resources }) => [
        `${effect === "Deny" ? "deny " : ""}${sid}`,
        { actions: [...actions].sort(), resources: [...(resources ?? [])].sort() },
      ]),
    );
  }

  private blocks(kind: "resource" | "data", wanted?: string): Block[] {
    const types = object(this.json[kind] ?? {});
    return Object.entries(types)
      .filter(([type]) => wanted === undefined || type === wanted)
      .flatMap(([type, byId]) =>
        Object.entries(object(byId)).map(([id, value]) => {
          const { "//": meta, ...properties } = object(value);
          return {
            address: `${type}.${id}`,
            type,
            path: String(object(object(meta ?? {})["metadata"] ?? {})["path"]),
            properties,
          };
        }),
      )
      .sort((a, b) => (a.address < b.address ? -1 : 1));
  }
}

/** The statements of a policy document's block. */
export function statementsOf(document: Block): readonly PolicyStatement[] {
  return document.properties["statement"] as unknown as readonly PolicyStatement[];
}

/** A reference to an attribute, as written in the JSON. */
export function reference(block: Block, attribute: string): string {
  return `\${${block.address}.${attribute}}`;
}

/** The value as an object. @throws Error when it is not one. */
export function object(value: Json): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${JSON.stringify(value)} is not an object`);
  }
  return value as JsonObject;
}

/**
 * Checks that every property of a construct reaches the output: changing any of them must change the JSON.
 * @param build adds the construct; `pick` returns the default or the other value of a property.
 */
export function propertiesThatMoveNothing<P extends object>(
  build: (stack: TerraformStack, pick: (usual: P, other: Required<P>) => P) => void,
): string[] {
  const names: (keyof P)[] = [];
  const usual = Template.of((stack) =>
    build(stack, (props, other) => {
      names.push(...(Object.keys(other) as (keyof P)[]));
      return props;
    }),
  );
  return names
    .filter((name) => {
      const moved = Template.of((stack) =>
        build(stack, (props, other) => ({ ...props, [name]: other[name] })),
      );
      return JSON.stringify(moved.json) === JSON.stringify(usual.json);
    })
    .map(String);
}
