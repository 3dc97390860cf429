import { type Command, Option } from "commander";
import { parseContractVariable } from "../../contract/variable";
import { isClone } from "../../lib/command";
import { UsageError } from "../../lib/exit";
import { OTHER_CREDENTIALS, type RunState, runVariables } from "../../local/runs/run-state";
import { chooseRun, findRuns, stateFolder } from "../../local/runs/state-files";
import { addStackOptions, type Place, placeOf, type TargetFlags, targetOf } from "./options";
import type { Target } from "./target";

/** The option of {@link addRunOption}. */
export interface RunFlags {
  readonly run?: string;
}

/** The options of {@link addRunOrTargetOptions}. */
export interface RunOrTargetFlags extends RunFlags, TargetFlags {
  readonly environment?: string;
}

/** Adds the option that chooses a local run. */
export function addRunOption(command: Command): Command {
  return command.option(
    "--run <dir|pid>",
    "local run: its data directory or process (default: the one that was started last)",
  );
}

/** Adds what says where a command looks: a local run, or a deployed system. */
export function addRunOrTargetOptions(command: Command): Command {
  addRunOption(command);
  if (isClone(__filename)) {
    command.addOption(
      new Option("--environment <name>", "deployed environment, instead of a local run").conflicts([
        "run",
        "stack",
      ]),
    );
  }
  return addStackOptions(command, "of a deployed system, instead of a local run");
}

/**
 * The local run that is meant.
 * @param say told of runs that were killed
 * @throws as {@link chooseRun} and {@link findRuns}
 */
export function runOf({ run }: RunFlags, say: (message: string) => void): RunState {
  const found = findRuns(stateFolder(process.env));
  for (const sentence of found.ended) say(sentence);
  return chooseRun(found, run);
}

/** Where a command looks. */
export interface RunOrTarget {
  readonly target: Target;
  /** Absent for a deployed system. */
  readonly run?: RunState;
}

/**
 * The system that a command looks at. For a local run, this process's AWS variables become those of the run.
 * @throws as {@link runOf}, and as `targetOf`
 */
export async function runOrTargetOf(
  options: RunOrTargetFlags,
  say: (message: string) => void,
): Promise<RunOrTarget> {
  const place = deployedPlace(options);
  if (place) return { target: await targetOf(place) };
  const run = runOf(options, say);
  useRun(run);
  return { run, target: targetOfRun(run) };
}

function deployedPlace(options: RunOrTargetFlags): Place | undefined {
  const { environment, stack, run } = options;
  if (run !== undefined && stack !== undefined)
    throw new UsageError(`give either --run ${run} or --stack ${stack}`);
  if (environment === undefined && stack === undefined && !options.var && !options.varFile) return undefined;
  return placeOf(environment, options);
}

/** Makes every AWS client of this process use a run. */
export function useRun(run: RunState): void {
  for (const name of OTHER_CREDENTIALS) delete process.env[name];
  Object.assign(process.env, runVariables(run));
}

/** A local run as a system to operate. */
export function targetOfRun(run: RunState): Target {
  const { name, region, accountId, stream, lakeBucket, tables, analysts, index } = run;
  return {
    name,
    location: { region, accountId },
    contract: parseContractVariable(run.contract),
    stream,
    lakeBucket,
    ...(tables && { tables }),
    ...(analysts && { analysts }),
    ...(index !== undefined && { index }),
    hints: { bastion: "a local run needs no bastion" },
  };
}
