/**
 * Counts what a Terraform module offers its callers, for the comparison in docs/terraform-modules.md. Reads a module in HCL, formatted as
 * `terraform fmt` does, or in JSON. Prints a row of the table for each folder; without a folder it writes our own rows into the page.
 *
 *     node --import tsx __tests__/support/count-modules.ts [FOLDER …]
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { version } from "../../package.json";
import { EXAMPLES } from "../../stacks/module-readme";

/** Counts of a module: its own folder, without nested modules; examples and tests are those of its repository. */
export interface ModuleCounts {
  readonly variables: number;
  /** Variables without a default. */
  readonly required: number;
  /** Variables whose type is `any`, or that have none. */
  readonly untyped: number;
  /** Variables with at least one `validation` block. */
  readonly validated: number;
  /** All `validation` blocks. */
  readonly validations: number;
  readonly outputs: number;
  /** Variables and outputs without a description. */
  readonly undescribed: number;
  /** Folders below `examples/` that are roots. */
  readonly examples: number;
  /** `run` blocks of Terraform's tests, tests in Go and in Python. */
  readonly tests: number;
}

/** A variable or an output. */
interface Block {
  readonly kind: "variable" | "output";
  readonly hasDefault: boolean;
  readonly hasDescription: boolean;
  readonly type?: string;
  readonly validations: number;
}

/**
 * Counts a module in a folder, which is its repository, or `modules/<name>` in it.
 * @throws Error when the folder has no variable, so is no module
 */
export function countModule(folder: string): ModuleCounts {
  const repository = folder.replace(/\/modules\/[^/]+\/?$/, "");
  const blocks = readdirSync(folder).flatMap((file) => {
    const read = (): string => readFileSync(join(folder, file), "utf8");
    if (file.endsWith(".tf.json")) return blocksOfJson(JSON.parse(read()));
    return file.endsWith(".tf") ? blocksOfHcl(read()) : [];
  });
  const variables = blocks.filter(({ kind }) => kind === "variable");
  if (variables.length === 0) throw new Error(`${folder} has no variable: is it a module?`);
  return {
    variables: variables.length,
    required: variables.filter(({ hasDefault }) => !hasDefault).length,
    untyped: variables.filter(({ type }) => type === undefined || type === "any").length,
    validated: variables.filter(({ validations }) => validations > 0).length,
    validations: variables.reduce((total, { validations }) => total + validations, 0),
    outputs: blocks.length - variables.length,
    undescribed: blocks.filter(({ hasDescription }) => !hasDescription).length,
    examples: examplesIn(join(repository, "examples")),
    tests: testsIn(repository),
  };
}

function blocksOfHcl(text: string): Block[] {
  return [...text.matchAll(/^(variable|output) "[^"]+" *\{[^\n]*\n(.*?)^\}/gms)].map(
    ([, kind, body = ""]) => {
      const type = /^ {2}type +=\s+(.*)$/m.exec(body)?.[1];
      return {
        kind: kind === "variable" ? "variable" : "output",
        hasDefault: /^ {2}default +=/m.test(body),
        hasDescription: /^ {2}description +=\s+(?!"")/m.test(body),
        ...(type !== undefined && { type }),
        validations: (body.match(/^ {2}validation \{/gm) ?? []).length,
      };
    },
  );
}

interface JsonBlock {
  readonly default?: unknown;
  readonly description?: string;
  readonly type?: string;
  readonly validation?: readonly object[];
}

function blocksOfJson(json: {
  readonly variable?: Readonly<Record<string, JsonBlock>>;
  readonly output?: Readonly<Record<string, JsonBlock>>;
}): Block[] {
  const block = (kind: Block["kind"], { type, description, validation = [], ...one }: JsonBlock): Block => ({
    kind,
    hasDefault: Object.hasOwn(one, "default"),
    hasDescription: (description ?? "") !== "",
    ...(type !== undefined && { type }),
    validations: validation.length,
  });
  return [
    ...Object.values(json.variable ?? {}).map((one) => block("variable", one)),
    ...Object.values(json.output ?? {}).map((one) => block("output", one)),
  ];
}

/** Folders with a root. @param folder need not exist */
function examplesIn(folder: string): number {
  return filesBelow(folder).filter((file) => basename(file) === "main.tf").length;
}

function testsIn(folder: string): number {
  const counted: readonly (readonly [file: RegExp, test: RegExp])[] = [
    [/\.tftest\.(?:hcl|json)$/, /^run "/gm],
    [/_test\.go$/, /^func Test/gm],
    [/(?:^|\/)test_[^/]*\.py$/, /^ *def test_/gm],
  ];
  return filesBelow(folder).reduce((total, file) => {
    const test = counted.find(([pattern]) => pattern.test(file))?.[1];
    return test ? total + (readFileSync(join(folder, file), "utf8").match(test) ?? []).length : total;
  }, 0);
}

function filesBelow(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : [];
}

const ROOT = join(__dirname, "..", "..");
const PAGE = join(ROOT, "docs", "terraform-modules.md");
/** Our rows in the page, which begin with a link, behind the header of the table. */
export const OWN_ROWS = /(?<=<!-- counts -->\n.*\n.*\n)(?:\| \[.*\n)*/;

/** The rows of our own modules, whose examples are outside of their folders. */
export function ownRows(): string {
  return Object.keys(EXAMPLES)
    .map((name) => {
      const counts = countModule(join(ROOT, "terraform-modules", name));
      const uses = Object.values(EXAMPLES).filter((example) =>
        readFileSync(join(ROOT, example), "utf8").includes(`/terraform-modules/${name}"`),
      );
      return row(`[\`${name}\`](../terraform-modules/${name}/README.md) | ${version}`, {
        ...counts,
        examples: uses.length,
      });
    })
    .join("");
}

function row(name: string, counts: ModuleCounts): string {
  return `| ${name} | ${Object.values(counts).join(" | ")} |\n`;
}

function main(folders: readonly string[]): void {
  for (const folder of folders) process.stdout.write(row(folder, countModule(folder)));
  if (folders.length > 0) return;
  writeFileSync(PAGE, readFileSync(PAGE, "utf8").replace(OWN_ROWS, ownRows));
}

if (require.main === module) main(process.argv.slice(2));
