import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { killWithParent } from "../lib/kill-with-parent";

/** The root of the project: where `main.ts` is. */
export const PROJECT_ROOT = resolve(__dirname, "..");

const APP = "main.ts";
const RUN_BUNDLED = join("lib", "run-bundled.cjs");

/** Whether there is an app of environments here, as in a clone of the project. */
export function hasEnvironments(): boolean {
  return existsSync(join(PROJECT_ROOT, APP));
}

/**
 * Synthesizes one environment into `outputDir`; its stack is the same as one of `cdktf synth`, which does all of them.
 * @param signal ends the program at once
 * @returns the folder of the environment's stack, which holds `cdk.tf.json` and `assets/`.
 * @throws Error with the program's own message, or when there is no such environment.
 */
export async function synthesize(
  outputDir: string,
  environment: string,
  signal?: AbortSignal,
): Promise<string> {
  try {
    const running = promisify(execFile)(process.execPath, [RUN_BUNDLED, APP], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, CDKTF_OUTDIR: outputDir, RETAIL_BI_ENVIRONMENTS: environment },
      ...(signal && { signal, killSignal: "SIGKILL" }),
    });
    killWithParent(running.child);
    await running;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`synthesis failed:\n${stderr ?? String(error)}`);
  }
  const stack = join(outputDir, "stacks", environment);
  if (!existsSync(join(stack, "cdk.tf.json"))) {
    throw new Error(`there is no environment "${environment}": see environments/`);
  }
  return stack;
}
