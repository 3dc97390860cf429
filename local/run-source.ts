import { join } from "node:path";
import type { StackSource } from "./plan/stack-source";
import { synthesize } from "./synthesize";

/** What is run: an environment of this project, or a synthesized stack. */
export type RunSource = { readonly environment: string } | StackSource;

/**
 * The stack to run; an environment's is synthesized below `dataDir`.
 * @param signal ends the synthesis
 * @throws Error with the message of the synthesis
 */
export async function stackOf(
  source: RunSource | Promise<StackSource>,
  dataDir: string,
  say: (message: string) => void,
  signal?: AbortSignal,
): Promise<StackSource> {
  if (source instanceof Promise) return source;
  if ("directory" in source) {
    say(`reading ${source.directory}`);
    return source;
  }
  say(`synthesizing the Terraform of ${source.environment}`);
  const directory = await synthesize(join(dataDir, "terraform"), source.environment, signal);
  return { directory, variables: {} };
}
