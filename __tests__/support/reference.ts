import { join, relative } from "node:path";
import * as ts from "typescript";
import { PROJECT_ROOT } from "../../ops/terraform/stack-folder";

/** An export of the package, or a public member of one. */
interface Item {
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

/** The names, with their owners, of what is public and has no docstring. */
export function undocumented(items: readonly Item[], owner = ""): string[] {
  return items.flatMap((item) => [
    ...(item.text === "" && item.byDefault === undefined ? [`${owner}${item.name}`] : []),
    ...undocumented([...item.properties, ...item.members], `${item.name}.`),
  ]);
}

function itemOf(symbol: ts.Symbol, checker: ts.TypeChecker): Item {
  const [declaration] = symbol.declarations ?? [];
  if (declaration === undefined) throw new Error(`${symbol.name} has no declaration`);
  const constructor = ts.isClassDeclaration(declaration)
    ? declaration.members.find(ts.isConstructorDeclaration)
    : undefined;
  const [, , props] = constructor?.parameters ?? [];
  const isInterface = ts.isInterfaceDeclaration(declaration);
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const propsType = isInterface ? type : props && checker.getTypeAtLocation(props);
  const tags = [...symbol.getJsDocTags(checker), ...(constructor ? tagsOf(constructor, checker) : [])];
  const byDefault = textOf(tags, "default");
  return {
    name: symbol.name,
    kind: kindOf(declaration, props !== undefined),
    text: flat(ts.displayPartsToString(symbol.getDocumentationComment(checker))),
    throws: textOf(tags, "throws") ?? "",
    ...(byDefault !== undefined && { byDefault }),
    isRequired: !(symbol.flags & ts.SymbolFlags.Optional),
    type: typeOf(declaration),
    signature: signatureOf(declaration, symbol, checker),
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

const isOwn = ({ declarations = [] }: ts.Symbol): boolean =>
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
  if (ts.isFunctionLike(node)) {
    return `(${node.parameters.map((one) => flat(one.getText())).join(", ")}) => ${node.type?.getText() ?? "void"}`;
  }
  if (ts.isTypeAliasDeclaration(node)) return flat(node.type.getText());
  const typed =
    ts.isPropertySignature(node) || ts.isPropertyDeclaration(node) || ts.isVariableDeclaration(node);
  return typed ? flat(node.type?.getText() ?? "") : "";
}

function signatureOf(node: ts.Declaration, symbol: ts.Symbol, checker: ts.TypeChecker): string {
  if (ts.isTypeAliasDeclaration(node)) return node.getText().replace(/^export /, "");
  if (ts.isFunctionDeclaration(node)) return `function ${symbol.name}${typeOf(node).replace(" => ", ": ")}`;
  if (!ts.isVariableDeclaration(node)) return "";
  const type = node.type?.getText() ?? checker.typeToString(checker.getTypeOfSymbol(symbol));
  return `const ${symbol.name}: ${type}`;
}

function flat(text: string): string {
  return text
    .replaceAll(/\{@link (\w+)\}/g, "`$1`")
    .replaceAll(/\s+/g, " ")
    .trim();
}
