import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { median } from "./contenders";
import { codeOf, ENVIRONMENT } from "./functions";
import type { MeasureSettings } from "./measure";

/** CPU time of starting a function. */
export interface StartMeasure {
  readonly name: string;
  /** From a new process until the function's code is loaded, in milliseconds. */
  readonly cpuMillis: number;
  /** Of a function without code. */
  readonly emptyCpuMillis: number;
  /** Median of the difference, turn by turn. */
  readonly aboveEmptyMillis: number;
}

/** Starts of UpsertToES as it is deployed and of an empty function, in turn. */
export function startOfUpsertToEs({ rounds, warmUp, scratch, ...others }: MeasureSettings): StartMeasure {
  const code = codeOf("upsert-to-es", { rounds, warmUp, scratch, ...others });
  const empty = join(scratch, "empty.js");
  writeFileSync(empty, "exports.handler = async () => null;\n");
  const turns: { readonly own: number; readonly none: number }[] = [];
  for (let turn = -warmUp; turn < 3 * rounds; turn++) {
    const times = { own: cpuMillis(code), none: cpuMillis(empty) };
    if (turn >= 0) turns.push(times);
  }
  return {
    name: "start of UpsertToES",
    cpuMillis: median(turns.map(({ own }) => own)),
    emptyCpuMillis: median(turns.map(({ none }) => none)),
    aboveEmptyMillis: median(turns.map(({ own, none }) => own - none)),
  };
}

/** CPU time of a new process that loads a function. */
function cpuMillis(code: string): number {
  const program = "require(process.argv[1]);const{user,system}=process.cpuUsage();console.log(user+system)";
  const { stdout, stderr, status } = spawnSync(process.execPath, ["-e", program, code], {
    env: { ...ENVIRONMENT, ES_HOST: "http://127.0.0.1:9", ES_INDEX: "retail" },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${code} does not start: ${stderr}`);
  return Number(stdout) / 1_000;
}
