import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "../../lib/error-code";
import { synthesize } from "../../local/synthesize";

/** Names the folder that the test files of one run of jest share; set by global-setup.ts. */
export const SHARED_FOLDER = "RETAIL_BI_TEST_SHARED_FOLDER";

/**
 * The synthesized stacks, made by the first test file that asks and only read by all.
 * @returns the folder of the environment's stack
 */
export async function synthesized(environment: "dev" | "prod"): Promise<string> {
  const folder = process.env[SHARED_FOLDER];
  if (folder === undefined) throw new Error(`${SHARED_FOLDER} is not set: jest's globalSetup did not run`);
  const out = join(folder, "cdktf.out");
  if (!existsSync(out)) {
    // Two test files may find nothing at once: the first to be ready is kept.
    const own = mkdtempSync(join(folder, "making-"));
    await synthesize(own, environment);
    try {
      renameSync(own, out);
    } catch (error) {
      if (!hasCode(error, "ENOTEMPTY") && !hasCode(error, "EEXIST")) throw error;
      rmSync(own, { recursive: true });
    }
  }
  return join(out, "stacks", environment);
}
