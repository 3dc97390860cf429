/**
 * Compares the stacks of two `cdktf.out` folders and ignores what a refactoring may change: the hashes and paths of
 * bundles, descriptions, and the construct paths that cdktf notes beside each address. Prints each other difference with its address; exits with 1 if there is one.
 *
 *     node --import tsx __tests__/support/compare-synth.ts BEFORE/cdktf.out AFTER/cdktf.out [METRIC …]
 *
 * METRIC: the new name of a metric; differences in it are ignored too.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Last address steps that a refactoring may change. */
const MASKED = new Set([
  "alarm_description",
  "code",
  "comment",
  "description",
  "filename",
  "source_code_hash",
]);

/** Key under which cdktf notes a construct's path; Terraform ignores it. */
const CONSTRUCT_PATH = "//.metadata.path";

/** The differences between two documents, each by its address, without masked ones. */
export function differences(before: unknown, after: unknown, metrics: readonly string[] = []): string[] {
  const found: string[] = [];
  const walk = (one: unknown, other: unknown, path: readonly string[]): void => {
    if (one === other || MASKED.has(path.at(-1) ?? "") || path.join(".").endsWith(CONSTRUCT_PATH)) return;
    if (isContainer(one) && isContainer(other) && Array.isArray(one) === Array.isArray(other)) {
      for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
        walk(one[key], other[key], [...path, key]);
      }
    } else if (!metrics.includes(String(other))) {
      found.push(`${path.join(".")}: ${JSON.stringify(one)} → ${JSON.stringify(other)}`);
    }
  };
  walk(opened(before), opened(after), []);
  return found;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Parses documents that are embedded as text, such as the input of SearchSetup or the body of a dashboard. */
function opened(value: unknown): unknown {
  if (typeof value === "string" && /^[[{]/.test(value)) {
    try {
      return opened(JSON.parse(value));
    } catch {
      // The text only begins like a document.
      return value;
    }
  }
  if (Array.isArray(value)) return value.map(opened);
  if (!isContainer(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, opened(inner)]));
}

function main([before = "", after = "", ...metrics]: readonly string[]): number {
  const stacks = (folder: string): string[] => readdirSync(join(folder, "stacks"));
  const read = (folder: string, stack: string): unknown => {
    const path = join(folder, "stacks", stack, "cdk.tf.json");
    return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
  };
  const all = [...new Set([...stacks(before), ...stacks(after)])].sort();
  const found = all.flatMap((stack) =>
    differences(read(before, stack), read(after, stack), metrics).map(
      (difference) => `${stack} ${difference}`,
    ),
  );
  for (const difference of found) console.log(difference);
  console.log(`${found.length} differences in ${all.length} stacks`);
  return found.length > 0 ? 1 : 0;
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
