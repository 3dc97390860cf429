/**
 * A contender that is written in TypeScript: prepares the workload that its arguments name, then does a round of it for each
 * line of its standard input.
 */
import { createInterface } from "node:readline";
import type { Workload } from "./rounds";
import { functionRounds } from "./workloads/functions";
import { generatorRounds } from "./workloads/generator";
import { jsonParseRounds } from "./workloads/json-parse";
import { plainRowsRounds } from "./workloads/plain-rows";
import { bareSdkRounds, senderRounds } from "./workloads/sender";

const WORKLOADS = {
  function: functionRounds,
  "json-parse": jsonParseRounds,
  generator: generatorRounds,
  "plain-rows": plainRowsRounds,
  sender: senderRounds,
  "bare-sdk": bareSdkRounds,
} as const satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof WORKLOADS;

async function main(): Promise<void> {
  const [, , name = "", settings = "{}"] = process.argv;
  const workload: Workload = WORKLOADS[name as WorkloadName];
  const { parts, prepare, run } = await workload(JSON.parse(settings) as never);
  for await (const _ of createInterface({ input: process.stdin })) {
    let cpuMicros = 0;
    let lines = 0;
    for (let part = 0; part < parts; part++) {
      prepare?.(part);
      const before = process.cpuUsage();
      lines += await run(part);
      const { user, system } = process.cpuUsage(before);
      cpuMicros += user + system;
    }
    process.stdout.write(`${JSON.stringify({ cpuMicros, lines })}\n`);
  }
}

void main();
