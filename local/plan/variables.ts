import { readFileSync } from "node:fs";
import { isJsonObject, type Json, member } from "../../lib/json";
import { messageOf } from "../../lib/message-of";
import { evaluateAssignments, evaluateExpression } from "./expression";
import { TerraformError } from "./terraform-error";

/** Values of a stack's variables, as Terraform's options of the same names give them. */
export interface GivenVariables {
  /** Each `NAME=VALUE`. They take precedence over the files. */
  readonly variables?: readonly string[];
  /** Paths of `.tfvars` or `.tfvars.json` files. A later one takes precedence. */
  readonly variableFiles?: readonly string[];
}

/**
 * The values of the variables that a stack declares: what is given, or else their defaults.
 * @param declared the document's `variable`
 * @throws TerraformError naming a variable without a value, a value of the wrong type, or one that is not declared
 */
export function readVariables(declared: Json = {}, given: GivenVariables = {}): Map<string, Json> {
  if (!isJsonObject(declared)) throw new TerraformError("variable", "must be an object");
  const values = new Map<string, Json>();
  for (const path of given.variableFiles ?? []) {
    for (const [name, value] of Object.entries(readFile(path))) values.set(name, value);
  }
  for (const text of given.variables ?? []) {
    const [name, value] = assignment(text);
    values.set(name, typed(name, value, declared[name]));
  }
  for (const name of values.keys()) {
    if (!Object.hasOwn(declared, name))
      throw new TerraformError(`var.${name}`, "is given, but the stack has no such variable");
  }
  for (const [name, declaration] of Object.entries(declared)) {
    if (values.has(name) || name === "//") continue;
    const value = isJsonObject(declaration) ? member(declaration, "default") : undefined;
    if (value === undefined)
      throw new TerraformError(`var.${name}`, `has no value; give one by --var ${name}=VALUE`);
    values.set(name, value);
  }
  return values;
}

function readFile(path: string): Readonly<Record<string, Json>> {
  try {
    const text = readFileSync(path, "utf8");
    if (!path.endsWith(".json")) return evaluateAssignments(text);
    const document: unknown = JSON.parse(text);
    if (isJsonObject(document)) return document;
    throw new Error("is no JSON object");
  } catch (error) {
    throw new TerraformError(path, messageOf(error));
  }
}

function assignment(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  if (at < 1) throw new TerraformError(`--var ${text}`, "must have the form NAME=VALUE");
  return [text.slice(0, at), text.slice(at + 1)];
}

/** Terraform takes the value of a string variable as it is, and any other as an expression. */
function typed(name: string, value: string, declaration: Json = {}): Json {
  const type = isJsonObject(declaration) ? (member(declaration, "type") ?? "string") : "string";
  if (type === "string") return value;
  try {
    return evaluateExpression(value);
  } catch (error) {
    throw new TerraformError(`var.${name}`, `is a ${String(type)}: ${messageOf(error)}`);
  }
}
