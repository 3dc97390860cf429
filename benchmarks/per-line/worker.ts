/**
 * A contender that is written in TypeScript: prepares the workload that its arguments name, then does a round of it for each
 * line of its standard input.
 */
import { createInterface } from "node:readline";
import { functionRounds } from "./workloads/functions";
import { jsonParseRounds } from "./workloads/json-parse";

/** What is repeated and measured. */
export interface Rounds {
  /** Not measured, before each round. */
  readonly prepare?: () => void;
  /** @returns the number of lines */
  readonly run: () => Promise<number>;
}

/** Makes a workload ready for its rounds. */
export type Workload = (settings: never) => Promise<Rounds>;

const WORKLOADS = { function: functionRounds, "json-parse": jsonParseRounds } as const satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof WORKLOADS;

async function main(): Promise<void> {
  const [, , name = "", settings = "{}"] = process.argv;
  const workload: Workload = WORKLOADS[name as WorkloadName];
  const { prepare, run } = await workload(JSON.parse(settings) as never);
  for await (const _ of createInterface({ input: process.stdin })) {
    prepare?.();
    const before = process.cpuUsage();
    const lines = await run();
    const { user, system } = process.cpuUsage(before);
    process.stdout.write(`${JSON.stringify({ cpuMicros: user + system, lines })}\n`);
  }
}

void main();
