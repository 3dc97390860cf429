import { join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "../support/start";
import { Contender } from "./contenders";
import type { MeasureSettings } from "./measure";
import type { WorkloadName } from "./worker";

/** The program of the workers, by scratch folder: built once, because one that starts may still be reading it. */
const programs = new Map<string, Promise<string>>();

/** Starts a workload in a process of its own, built as the commands are published. */
export async function startWorker(
  name: string,
  workload: WorkloadName,
  input: object,
  { scratch }: MeasureSettings,
  environment: Readonly<Record<string, string>> = {},
): Promise<Contender> {
  const program = programs.get(scratch) ?? buildWorker(scratch);
  programs.set(scratch, program);
  const args = ["--max-old-space-size=512", await program, workload, JSON.stringify(input)];
  // Packages are found from the project, not from the scratch folder.
  return new Contender(name, process.execPath, args, {
    NODE_PATH: join(ROOT, "node_modules"),
    ...environment,
  });
}

async function buildWorker(scratch: string): Promise<string> {
  const outfile = join(scratch, "worker.js");
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["benchmarks/per-line/worker.ts"],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node22",
    format: "cjs",
  });
  return outfile;
}
