import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "..");

/** What handles data of any size. */
const FOLDERS = [
  "contract",
  "lambdas",
  "loadgen",
  "local/services/firehose",
  "local/services/lambda/event-source-mapping",
  "local/services/lambda/functions",
  "ops/reconcile",
  "ops/recovery",
];

/** Calls with an array spread into their arguments: near 125,000 of them Node throws a RangeError. */
function spreadCalls(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && node.arguments?.some(ts.isSpreadElement)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${relative(ROOT, file)}:${line + 1} ${node.getText().slice(0, 60)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

test("no array is spread into arguments where data of any size is handled", () => {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(ROOT, folder, name)),
  );
  expect(files.length).toBeGreaterThan(70);
  expect(files.flatMap(spreadCalls)).toEqual([]);
});
