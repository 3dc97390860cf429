import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { PROJECT_ROOT } from "../../../ops/terraform/stack-folder";

/** SQL in the product's source, with holes for inserted values. */
export interface ProductText {
  /** `file:line` */
  readonly place: string;
  /** Its first words, for the output. */
  readonly head: string;
  /** Whether a text is this one with its holes filled. */
  readonly isIn: (sql: string) => boolean;
  /** Whether it has so many holes that it would match any text. */
  readonly isVague: boolean;
}

/** Tests have SQL of their own, and SQL for the engines and for the store does not go to Athena. */
const NOT_THE_PRODUCT =
  /^(__tests__|examples|(cli\/)?dist|node_modules|coverage|cdktf\.out|benchmarks|local\/(store|services\/(athena|glue)))\//;
/** Beginning of a text that a query engine is meant to run. */
const SQL = /^\s*(SELECT|WITH|CREATE|DROP|ALTER|INSERT|MSCK|UNLOAD|SHOW|DESCRIBE)\s[\s\S]*\S/;

/** Minimum number of letters and digits outside of the holes that identify a literal. */
const TELLING = 12;

/** Every literal of the product's TypeScript that begins like SQL, found in its syntax tree. */
export function productTexts(): ProductText[] {
  return globSync("**/*.ts", { cwd: PROJECT_ROOT, exclude: (name) => name === "node_modules" })
    .filter((file) => !NOT_THE_PRODUCT.test(file))
    .sort()
    .flatMap(textsIn);
}

function textsIn(file: string): ProductText[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(PROJECT_ROOT, file), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: ProductText[] = [];
  const visit = (node: ts.Node): void => {
    const pieces = piecesOf(node);
    if (pieces !== undefined && SQL.test(pieces.join("…"))) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({
        place: `${file}:${line + 1}`,
        head: pieces.join("…").replace(/\s+/g, " ").slice(0, 70),
        isIn: matcher(pieces),
        isVague: pieces.join("").replace(/\W/g, "").length < TELLING,
      });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The fixed pieces of a literal, around its holes. */
function piecesOf(node: ts.Node): string[] | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return [node.text];
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
}

function matcher(pieces: readonly string[]): (sql: string) => boolean {
  const escaped = pieces.map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`^${escaped.join("[\\s\\S]*")}$`);
  return (sql) => pattern.test(sql);
}
