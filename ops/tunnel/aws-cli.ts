import { isJsonObject, type Json, type JsonObject, member } from "../../lib/json";
import { OperatorError } from "../../lib/operator-error";
import { runProgram } from "../../lib/run-program";
import type { Variables } from "../../lib/variables";
import { explainCliError } from "./cli-errors";
import { INSTALL_AWS_CLI } from "./session-child";

/** Runs a command of the AWS CLI in one region; the session needs the CLI anyway. */
export type Ask = (what: string, args: readonly string[]) => Promise<JsonObject>;

/** @throws (the returned function) OperatorError naming the missing thing, with the explained error of the CLI. */
export function awsCli(region: string, variables: Variables): Ask {
  return async (what, args) => {
    const { exitCode, stdout, stderr } = await runProgram(
      "aws",
      [...args, "--region", region, "--output", "json"],
      // Version 2 pages its output by default, and version 1 does not support the option that disables it.
      { cwd: process.cwd(), variables: { ...variables, AWS_PAGER: "" }, remedy: INSTALL_AWS_CLI },
    );
    if (exitCode !== 0) throw new OperatorError(`${what} cannot be found: ${explainCliError(stderr)}`);
    const answer: unknown = JSON.parse(stdout);
    if (!isJsonObject(answer)) throw new OperatorError(`aws ${args.join(" ")} did not print an object`);
    return answer;
  };
}

/** The value at `path` of a response; undefined when any step is missing. */
export function at(answer: JsonObject, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (value, key) => (isJsonObject(value) ? member(value, key) : undefined),
    answer,
  );
}
