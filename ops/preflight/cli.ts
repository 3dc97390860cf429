import { Command } from "commander";
import { addHelp, ending, programName, runCommand } from "../../lib/command";
import { OperatorError } from "../../lib/operator-error";
import type { Variables } from "../../lib/variables";
import { stackName } from "../../local/plan/stack-source";
import { namedLocation } from "../../local/plan/system";
import { addTargetOptions, type Place, placed, type TargetFlags } from "../target/options";
import { type PreflightOptions, preflight } from "./preflight";
import { preflightCode, reportText } from "./report";

const PROGRAM = programName(__filename, "npm run preflight --", "retail-bi preflight");

interface Options extends TargetFlags {
  readonly json: boolean;
}

function optionsOf(place: Place, variables: Variables): PreflightOptions {
  if ("environment" in place) {
    // Only here, because the package of the commands has no environments.
    const { preflightOfEnvironment }: typeof import("./environment") = require("./environment");
    return preflightOfEnvironment(place.environment, variables);
  }
  const { stack } = place;
  const named = namedLocation(stack);
  const region = named.region ?? variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"];
  const name = stackName(stack);
  if (region === undefined) throw new OperatorError(`${name} does not name its region: set AWS_REGION`);
  return { name, region, accountId: named.accountId, variables, synthesize: async () => [stack] };
}

const program = addTargetOptions(new Command(PROGRAM))
  .description("Says before a deploy what will fail: account, quotas, names, permissions. Changes nothing.")
  .option("--json", "print one JSON document on stdout", false)
  .action(
    ending(
      placed(async (place, { json }: Options) => {
        const report = await preflight(optionsOf(place, process.env));
        process.stdout.write(`${json ? JSON.stringify(report, undefined, 2) : reportText(report)}\n`);
        return preflightCode(report);
      }),
    ),
  );

addHelp(program, {
  codes: { 0: "nothing will fail, as far as it is known", 1: "something will, or an error" },
  notes: "It reads only; docs/operations.md lists its calls, and the policy that they need.",
  examples: [programName(__filename, "dev", "--stack cdktf.out")],
});

void runCommand(program);
