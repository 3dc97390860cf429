import { contractVariable } from "../contract/variable";
import { messageOf } from "../lib/message-of";
import { settleMs } from "./lateness";
import type { LocalRun } from "./local-run";
import { contractOf } from "./plan/contract";
import { RUN_STATE_FORMAT, type RunState } from "./runs/run-state";
import { stateFile, stateFolder } from "./runs/state-files";

/** What the run alone does not know of itself. */
type Names = Pick<RunState, "name" | "pageUrl">;

/** Tells other commands of the run in this process, while it runs. */
export interface RunFile {
  /** Writes what the run is now; a failure is said once. */
  write(run: LocalRun, names: Names): void;
  remove(): void;
}

/** The state file of this process's run. */
export function openRunFile(say: (message: string) => void): RunFile {
  const file = stateFile(stateFolder(process.env));
  let isFailed = false;
  return {
    write: (run, names) => {
      try {
        file.write(stateOf(run, names));
      } catch (error) {
        if (!isFailed) say(`status, env, query, trace and logs will not find this run: ${messageOf(error)}`);
        isFailed = true;
      }
    },
    remove: () => file.remove(),
  };
}

function stateOf(run: LocalRun, names: Names): RunState {
  const { plane, dataSources, analysts } = run;
  const { contract, tables, index } = contractOf(plane);
  return {
    format: RUN_STATE_FORMAT,
    pid: process.pid,
    startedAt: run.startedAt,
    ...names,
    dataDir: run.dataDir,
    region: plane.region,
    accountId: plane.accountId,
    timeScale: run.timeScale,
    settleMs: settleMs(run),
    endpoints: run.endpoints,
    searchUrl: run.searchUrl,
    contract: contractVariable(contract),
    stream: { name: dataSources.streamName, retentionHours: dataSources.retentionHours },
    lakeBucket: lakeOf(plane),
    ...(tables && { tables }),
    ...(analysts && { analysts: { workgroup: analysts.workgroup, database: analysts.database } }),
    ...(index !== undefined && { index }),
    functions: plane.functions.map(({ name }) => name),
    schedules: run.schedules.map((schedule) => {
      const { name } = schedule.model;
      const outcome = run.outcomes.get(name);
      const nextAt = schedule.nextAt();
      return {
        name,
        ...(nextAt !== undefined && { nextAt }),
        ...(outcome?.ok === false && { error: outcome.error.message }),
      };
    }),
    failedInvocations: run.failedInvocations,
  };
}

/** The bucket that has the zones of the lake. */
function lakeOf({ functions }: LocalRun["plane"]): string {
  const locations = functions.flatMap(({ environment }) => environment["QUARANTINE_LOCATION"] ?? []);
  const bucket = /^s3:\/\/([^/]+)\//.exec(locations[0] ?? "")?.[1];
  if (bucket === undefined) throw new Error("no function has the variable QUARANTINE_LOCATION");
  return bucket;
}
