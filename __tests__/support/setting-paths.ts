import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { z } from "zod";
import { SETTINGS } from "../../environments/environment";

const FOLDER = join(__dirname, "..", "..", "environments");

/**
 * Every setting that an environment file can have, by the schema: `lake.rawRetentionDays`,
 * `speed.availability.kind`. List members have brackets: `operations.alarmSubscriptions[].endpoint`.
 */
export function settingPaths(): string[] {
  const walk = (schema: z.core.$ZodType, path: string): string[] => {
    if (schema instanceof z.ZodObject) {
      return Object.entries(schema.shape).flatMap(([key, inner]) =>
        walk(inner as z.ZodType, path === "" ? key : `${path}.${key}`),
      );
    }
    if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => walk(option, path));
    if (schema instanceof z.ZodArray) {
      const members = walk(schema.element, `${path}[]`);
      return members.map((member) => (member === `${path}[]` ? path : member));
    }
    if (schema instanceof z.ZodPipe) return walk(schema.in, path);
    if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return walk(schema.unwrap(), path);
    if (schema instanceof z.ZodExactOptional) return walk(schema.unwrap(), path);
    const isLeaf = [z.ZodString, z.ZodNumber, z.ZodBoolean, z.ZodEnum, z.ZodLiteral, z.ZodCustom].some(
      (kind) => schema instanceof kind,
    );
    if (isLeaf) return [path];
    throw new Error(`${path} is a ${schema._zod.def.type}, which this walk does not know`);
  };
  return [...new Set(walk(SETTINGS, ""))];
}

/** The settings in a file of `environments/`, such as `prod.ts`. */
export function givenPaths(file: string): string[] {
  const walk = (literal: ts.ObjectLiteralExpression, path: string): string[] =>
    literal.properties.flatMap((property) => {
      if (!ts.isPropertyAssignment(property)) throw new Error(`${file} has ${property.getText()}`);
      const here = `${path}${property.name.getText()}`;
      const { initializer } = property;
      return ts.isObjectLiteralExpression(initializer) ? walk(initializer, `${here}.`) : [here];
    });
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === "defineEnvironment") {
      const settings = node.arguments[1];
      if (settings && ts.isObjectLiteralExpression(settings)) found.push(...walk(settings, ""));
    }
    node.forEachChild(visit);
  };
  const text = readFileSync(join(FOLDER, file), "utf8");
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return found;
}
