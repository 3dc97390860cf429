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
  signal?: AbortSignal,
): Promise<StackSource> {
  if (source instanceof Promise) return source;
  if ("directory" in source) return source;
  const directory = await synthesize(join(dataDir, "terraform"), source.environment, signal);
  return { directory, variables: {} };
}
