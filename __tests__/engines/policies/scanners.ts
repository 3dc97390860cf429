import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { OperatorError } from "../../../lib/operator-error";
import { runProgram } from "../../../lib/run-program";
import { object } from "../../support/template";
import { pathOf, type RenderedPolicy, type ScannedStack } from "./stacks";

/** A finding of a scanner. */
export interface Finding {
  readonly stack: string;
  /** Construct path, without the stack. */
  readonly path: string;
  readonly check: string;
  readonly detail: string;
}

/** Result of Checkov. */
export interface Checked {
  readonly findings: readonly Finding[];
  /** Number of checks that passed, by stack. */
  readonly passed: ReadonlyMap<string, number>;
  /** Addresses of the blocks that it checked, by stack. */
  readonly addresses: ReadonlyMap<string, ReadonlySet<string>>;
}

const CHECK = z.object({
  check_id: z.string(),
  check_name: z.string(),
  file_path: z.string(),
  /** `resource.<id>`, `data.<id>`, `<type>.<id>` or `provider.aws`. */
  resource: z.string(),
});
const REPORT = z.object({
  results: z.object({ passed_checks: z.array(CHECK), failed_checks: z.array(CHECK) }),
});
const LINTED = z.object({
  policies: z.number(),
  findings: z.array(z.object({ stack: z.string(), path: z.string(), check: z.string(), detail: z.string() })),
});

/**
 * Runs Checkov over stacks. It parses no JSON in which `terraform.required_version` is a text, as Terraform wants it, or
 * which has a block `removed`, and reports success: so the copy that it gets has neither.
 * @throws OperatorError when it fails, or checked nothing in a stack
 */
export async function checkov(
  python: string,
  stacks: readonly ScannedStack[],
  copied: (stack: ScannedStack) => object = parseable,
): Promise<Checked> {
  const report = await inFolder(async (folder) => {
    for (const stack of stacks) {
      mkdirSync(join(folder, stack.name));
      writeFileSync(join(folder, stack.name, "main.tf.json"), JSON.stringify(copied(stack), null, 1));
    }
    return run(python, ["-m", "checkov.main", "-d", ".", ...OPTIONS], folder);
  });
  const parsed = REPORT.safeParse(JSON.parse(report));
  const { passed_checks: passed, failed_checks: failed } = parsed.success
    ? parsed.data.results
    : { passed_checks: [], failed_checks: [] };
  const stackOf = ({ file_path }: z.infer<typeof CHECK>) => basename(dirname(file_path));
  const nothing = stacks.filter(
    ({ name }) => ![...passed, ...failed].some((check) => stackOf(check) === name),
  );
  if (nothing.length > 0) {
    throw new OperatorError(`Checkov checked nothing in ${nothing.map(({ name }) => name).join(", ")}`);
  }
  const blockOf = (check: z.infer<typeof CHECK>) => {
    const stack = stacks.find(({ name }) => name === stackOf(check));
    const id = check.resource.split(".").at(-1);
    const blocks = stack ? [...stack.template.resources(), ...stack.template.data()] : [];
    const block = blocks.find(({ address }) => address.endsWith(`.${id}`));
    if (!block)
      throw new OperatorError(`Checkov names ${check.resource}, which ${stackOf(check)} does not have`);
    return block;
  };
  return {
    findings: failed.map((check) => ({
      stack: stackOf(check),
      path: pathOf(blockOf(check)),
      check: check.check_id,
      detail: check.check_name,
    })),
    passed: new Map(
      stacks.map(({ name }) => [name, passed.filter((check) => stackOf(check) === name).length]),
    ),
    addresses: new Map(
      stacks.map(({ name }) => [
        name,
        new Set(
          [...passed, ...failed]
            .filter((check) => stackOf(check) === name && !check.resource.startsWith("provider."))
            .map((check) => blockOf(check).address),
        ),
      ]),
    ),
  };
}

/** Without a download, which would be of texts for findings. */
const OPTIONS = ["--framework", "terraform_json", "--output", "json", "--skip-download", "--soft-fail"];

function parseable({ template }: ScannedStack): object {
  const { terraform, removed: __, ...rest } = template.json;
  const { required_version: _, ...others } = object(terraform ?? {});
  return { terraform: others, ...rest };
}

/** Lints policies. @throws OperatorError when the linter fails, or did not lint all of them */
export async function lint(python: string, policies: readonly RenderedPolicy[]): Promise<readonly Finding[]> {
  const text = await inFolder((folder) => {
    const file = join(folder, "policies.json");
    writeFileSync(file, JSON.stringify(policies));
    return run(python, [join(__dirname, "lint.py"), file], folder);
  });
  const linted = LINTED.parse(JSON.parse(text));
  if (linted.policies === policies.length) return linted.findings;
  throw new OperatorError(`parliament linted ${linted.policies} of ${policies.length} policies`);
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "retail-bi-policies-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function run(python: string, args: readonly string[], cwd: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runProgram(python, args, {
    cwd,
    variables: process.env,
    remedy: "the lane installs it",
  });
  if (exitCode === 0) return stdout;
  throw new OperatorError(`${args.slice(0, 2).join(" ")} ended with ${exitCode}:\n${stderr.trim()}`);
}
