import { dev } from "../../../environments/dev";
import type { Environment } from "../../../environments/environment";
import { prod } from "../../../environments/prod";
import { bothStacks, resolved, type Stacks } from "../../support/delivered";
import { EVERY_OPTION, environment, LOCATION } from "../../support/environments";
import {
  type Block,
  type JsonObject,
  type PolicyStatement,
  statementsOf,
  type Template,
} from "../../support/template";

/** A policy document of a stack, as IAM would take it. */
export interface RenderedPolicy {
  readonly stack: string;
  /** Construct path, without the stack. */
  readonly path: string;
  readonly policy: JsonObject;
}

/** A synthesized stack, and its policies. */
export interface ScannedStack {
  readonly name: string;
  readonly template: Template;
  readonly policies: readonly RenderedPolicy[];
}

/** The stacks of dev and prod as they are deployed, and those of an environment with every option. */
export function scannedStacks(): ScannedStack[] {
  const environments: Readonly<Record<string, Environment>> = {
    dev: { ...dev, location: LOCATION },
    prod: { ...prod, location: LOCATION },
    every: environment(EVERY_OPTION),
  };
  return Object.entries(environments).flatMap(([name, each]) => {
    const both = bothStacks(each);
    return [scanned(name, both.main, both), scanned(`${name}-state`, both.state, both)];
  });
}

/** A construct's path below its stack. */
export function pathOf({ path }: Block): string {
  return path.split("/").slice(1).join("/");
}

function scanned(name: string, template: Template, both: Stacks): ScannedStack {
  return {
    name,
    template,
    policies: template.data("aws_iam_policy_document").map((document) => ({
      stack: name,
      path: pathOf(document),
      policy: {
        Version: "2012-10-17",
        Statement: statementsOf(document).map((statement) => rendered(statement, both)),
      },
    })),
  };
}

function rendered(
  { sid, effect, actions, resources, principals, condition }: PolicyStatement,
  both: Stacks,
): JsonObject {
  const each = (values: readonly string[]) => values.map((value) => resolved(value, both));
  const conditions: Record<string, Record<string, string | string[]>> = {};
  for (const { test, variable, values } of condition ?? []) {
    // As the provider's data source writes it: one value is no list.
    const [first, ...more] = each(values);
    conditions[test] = {
      ...conditions[test],
      [variable]: more.length > 0 ? [first ?? "", ...more] : (first ?? ""),
    };
  }
  return {
    ...(sid !== undefined && { Sid: sid }),
    Effect: effect ?? "Allow",
    Action: [...actions],
    // A trust policy has none, and the linter wants one.
    Resource: resources ? each(resources) : "arn:aws:iam::123456789012:role/trusting",
    ...(principals && {
      Principal: Object.fromEntries(principals.map(({ type, identifiers }) => [type, each(identifiers)])),
    }),
    ...(condition && { Condition: conditions }),
  };
}
