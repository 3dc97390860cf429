import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "..", "..");
/** Settings are declared in the one, in types of the constructs' props, which the other declares. */
const FOLDERS = ["modules", "environments"];

/** @param file from the root of the project */
function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(ROOT, file), "utf8"), ts.ScriptTarget.Latest, true);
}

/**
 * Every setting that a file of an environment can have, as its interface declares them: `lake.rawRetentionDays`,
 * `speed.availability.kind`. Members of a list have brackets: `operations.alarmSubscriptions[].endpoint`.
 */
export function settingPaths(): string[] {
  const declared = new Map<string, ts.Node>();
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  for (const file of files.filter((name) => name.endsWith(".ts"))) {
    parse(file).forEachChild((node) => {
      if (ts.isInterfaceDeclaration(node)) declared.set(node.name.text, node);
      if (ts.isTypeAliasDeclaration(node)) declared.set(node.name.text, node.type);
    });
  }
  const walk = (node: ts.Node, path: string): string[] => {
    if (ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node)) {
      return node.members.flatMap((member) => {
        if (!ts.isPropertySignature(member) || !member.type)
          throw new Error(`${path} has ${member.getText()}`);
        return walk(member.type, path === "" ? member.name.getText() : `${path}.${member.name.getText()}`);
      });
    }
    if (ts.isUnionTypeNode(node)) return node.types.flatMap((type) => walk(type, path));
    if (ts.isTypeOperatorNode(node)) return walk(node.type, path);
    if (ts.isArrayTypeNode(node)) {
      const members = walk(node.elementType, `${path}[]`);
      return members.map((member) => (member === `${path}[]` ? path : member));
    }
    const referenced = ts.isTypeReferenceNode(node) && declared.get(node.typeName.getText());
    return referenced ? walk(referenced, path) : [path];
  };
  const settings = declared.get("EnvironmentSettings");
  if (!settings) throw new Error("environments/ declares no EnvironmentSettings");
  return [...new Set(walk(settings, ""))];
}

/** The settings that a file of `environments/` gives, such as `prod.ts`. */
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
  visit(parse(join("environments", file)));
  return found;
}
