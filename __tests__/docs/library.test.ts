import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ROOT = join(__dirname, "../..");
const PAGE = "docs/library.md";

/** The page's TypeScript, each block as a file of the project's folder. */
function examples(): ReadonlyMap<string, string> {
  const blocks = [...readFileSync(join(ROOT, PAGE), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)];
  return new Map(
    blocks.map(([, code = ""], index) => [
      join(ROOT, `library-example-${index}.ts`),
      code.replaceAll('from "retail-bi"', 'from "./index"'),
    ]),
  );
}

/** Errors of the compiler in files that only exist here, under the project's own settings. */
function errorsIn(files: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((path) => {
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
  });
}

test(`the examples of ${PAGE} compile`, () => {
  const files = examples();
  expect(files.size).toBe(4);
  const [[path, code] = ["", ""]] = files;
  // The compiler is asked: a fault that is put in is found.
  const broken = new Map([...files, [path, code.replace("{ contract: meterReadings }", "{}")]]);
  expect(errorsIn(broken)).toEqual([expect.stringContaining("Property 'contract' is missing")]);
  expect(errorsIn(files)).toEqual([]);
});
