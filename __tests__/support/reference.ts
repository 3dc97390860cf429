import { join, relative } from "node:path";
import * as ts from "typescript";
import { PROJECT_ROOT } from "../../ops/terraform/stack-folder";

/** An export of the package, or a public member of one. */
export interface Item {
  readonly name: string;
  readonly kind: "construct" | "class" | "properties" | "type" | "function" | "value" | "member";
  /** What the docstring says, without its tags. */
  readonly text: string;
  readonly throws: string;
  readonly byDefault?: string;
  readonly isRequired: boolean;
  /** Declared type of a member. */
  readonly type: string;
  /** Declaration of a type alias or a function, and the type of a constant. */
  readonly signature: string;
  /** File of the declaration, from the root. */
  readonly file: string;
  readonly properties: readonly Item[];
  readonly members: readonly Item[];
}

/** The exports of `index.ts`, as their declarations and docstrings describe them. */
export function readReference(): Item[] {
  const path = join(PROJECT_ROOT, "tsconfig.json");
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, PROJECT_ROOT);
  const program = ts.createProgram([join(PROJECT_ROOT, "index.ts")], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const index = program.getSourceFile(join(PROJECT_ROOT, "index.ts"));
  const symbol = index && checker.getSymbolAtLocation(index);
  if (symbol === undefined) throw new Error("index.ts exports nothing");
  return checker
    .getExportsOfModule(symbol)
    .map((one) => (one.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(one) : one))
    .map((one) => itemOf(one, checker));
}

/** The exports that get a section: properties of a construct are in the construct's. */
export function inSections(items: readonly Item[]): Item[] {
  const constructs = items.filter(({ kind }) => kind === "construct");
  return items.filter(({ name }) => !constructs.some((one) => name === `${one.name}Props`));
}

/** What lacks a docstring, an optional property also what lacks `@default`. */
export function undocumented(items: readonly Item[]): string[] {
  return inSections(items).flatMap((item) => [
    ...(item.text === "" ? [item.name] : []),
    ...item.properties.filter(isBare).map(({ name }) => `${item.name}.${name}`),
  ]);
}

const isBare = ({ text, byDefault, isRequired }: Item): boolean =>
  isRequired ? text === "" : byDefault === undefined;

function itemOf(symbol: ts.Symbol, checker: ts.TypeChecker): Item {
  const [declaration] = symbol.declarations ?? [];
  if (declaration === undefined) throw new Error(`${symbol.name} has no declaration`);
  const create = ts.isClassDeclaration(declaration)
    ? declaration.members.find(ts.isConstructorDeclaration)
    : undefined;
  const [, , props] = create?.parameters ?? [];
  const isInterface = ts.isInterfaceDeclaration(declaration);
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const propsType = isInterface ? type : props && checker.getTypeAtLocation(props);
  const tags = [...symbol.getJsDocTags(checker), ...(create ? tagsOf(create, checker) : [])];
  const byDefault = textOf(tags, "default");
  return {
    name: symbol.name,
    kind: kindOf(declaration, props !== undefined),
    text: flat(ts.displayPartsToString(symbol.getDocumentationComment(checker))),
    throws: textOf(tags, "throws") ?? "",
    ...(byDefault !== undefined && { byDefault }),
    isRequired: !(symbol.flags & ts.SymbolFlags.Optional),
    type: typeOf(declaration),
    signature: signatureOf(declaration),
    file: relative(PROJECT_ROOT, declaration.getSourceFile().fileName),
    properties: propsType ? ownProperties(propsType, checker) : [],
    members: ts.isClassDeclaration(declaration) ? publicMembers(declaration, checker) : [],
  };
}

function kindOf(declaration: ts.Declaration, hasProps: boolean): Item["kind"] {
  if (ts.isClassDeclaration(declaration)) return hasProps ? "construct" : "class";
  if (ts.isInterfaceDeclaration(declaration)) return "properties";
  if (ts.isTypeAliasDeclaration(declaration)) return "type";
  if (ts.isFunctionDeclaration(declaration)) return "function";
  return ts.isVariableDeclaration(declaration) ? "value" : "member";
}

/** The properties of an interface, those that it inherits from this project included. */
function ownProperties(type: ts.Type, checker: ts.TypeChecker): Item[] {
  return checker
    .getPropertiesOfType(type)
    .filter(isOwn)
    .map((one) => itemOf(one, checker));
}

function publicMembers(declaration: ts.ClassDeclaration, checker: ts.TypeChecker): Item[] {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
  return declaration.members.flatMap((member) => {
    const symbol = member.name && checker.getSymbolAtLocation(member.name);
    if (!symbol || ts.getCombinedModifierFlags(member) & hidden) return [];
    return ts.isPropertyDeclaration(member) || ts.isMethodDeclaration(member) || ts.isGetAccessor(member)
      ? [itemOf(symbol, checker)]
      : [];
  });
}

/** Whether a property is this project's, and has a name that can be written. */
const isOwn = ({ name, declarations = [] }: ts.Symbol): boolean =>
  !name.startsWith("__@") &&
  declarations.some((one) => !one.getSourceFile().fileName.includes("/node_modules/"));

function tagsOf(node: ts.ConstructorDeclaration, checker: ts.TypeChecker): ts.JSDocTagInfo[] {
  return checker.getSignatureFromDeclaration(node)?.getJsDocTags() ?? [];
}

function textOf(tags: readonly ts.JSDocTagInfo[], name: string): string | undefined {
  const found = tags.filter((tag) => tag.name === name);
  return found.length === 0
    ? undefined
    : found.map(({ text }) => flat(ts.displayPartsToString(text))).join("; ");
}

/** The declared type; of a function, its parameters and result. */
function typeOf(node: ts.Declaration): string {
  if (ts.isGetAccessor(node)) return flat(node.type?.getText() ?? "");
  if (ts.isFunctionLike(node)) {
    return `(${node.parameters.map((one) => flat(one.getText())).join(", ")}) => ${node.type?.getText() ?? "void"}`;
  }
  if (ts.isTypeAliasDeclaration(node)) return flat(node.type.getText());
  const typed =
    ts.isPropertySignature(node) || ts.isPropertyDeclaration(node) || ts.isVariableDeclaration(node);
  return typed ? flat(node.type?.getText() ?? "") : "";
}

/** Source text without a function's body or a constant's value. */
function signatureOf(node: ts.Declaration): string {
  const shown = (text: string) => text.replace(/^export /, "").trim();
  if (ts.isTypeAliasDeclaration(node)) return shown(node.getText());
  if (ts.isFunctionDeclaration(node)) return shown(node.getText().split(node.body?.getText() ?? "")[0] ?? "");
  return ts.isVariableDeclaration(node) && node.type
    ? `const ${node.name.getText()}: ${node.type.getText()}`
    : "";
}

function flat(text: string): string {
  return text
    .replaceAll(/\{@link (\w+)\s*\}/g, "`$1`")
    .replaceAll(/\s+/g, " ")
    .trim();
}
