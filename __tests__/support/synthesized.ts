import { existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hasCode } from "../../lib/error-code";
import { synthesize } from "../../local/synthesize";

/** Variable with the folder that the test files of one jest run share; set by global-setup.ts. */
export const SHARED_FOLDER = "RETAIL_BI_TEST_SHARED_FOLDER";

/**
 * The synthesized stacks. The first test file that needs them creates them; all only read them.
 * @returns the folder of the environment's stack
 */
export async function synthesized(environment: "dev" | "prod"): Promise<string> {
  const folder = process.env[SHARED_FOLDER];
  if (folder === undefined) throw new Error(`${SHARED_FOLDER} is not set: jest's globalSetup did not run`);
  const out = join(folder, environment);
  if (!existsSync(out)) {
    // Two test files may synthesize at the same time: the first to finish wins.
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
