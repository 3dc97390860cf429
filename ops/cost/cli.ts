import { Command, Option } from "commander";
import { integerBetween, numberBetween } from "../../lib/arguments";
import { addHelp, ending, isClone, programName, runCommand } from "../../lib/command";
import { EXIT } from "../../lib/exit";
import type { Variables } from "../../lib/variables";
import { findStack, type StackSource } from "../../local/plan/stack-source";
import { addTargetOptions, nameOf, type Place, placed, type TargetFlags } from "../target/options";
import { reportOf } from "./cost";
import type { Load } from "./load";
import { Prices } from "./prices";
import { readSettings } from "./read-settings";
import { reportText } from "./report";
import type { CostSettings } from "./settings";

const PROGRAM = programName(__filename, "npm run cost --", "retail-bi cost");
const IN_CLONE = isClone(__filename);

interface Options extends TargetFlags, Load {
  readonly compare?: string;
  readonly prices?: string;
  readonly json: boolean;
}

async function sourcesOf(place: Place, variables: Variables): Promise<readonly StackSource[]> {
  if ("stack" in place) return [place.stack];
  // Only here, because the package of the commands has no environments.
  const { sourcesOfEnvironment }: typeof import("./environment") = require("./environment");
  return sourcesOfEnvironment(place.environment, variables);
}

/** A folder is a synthesized stack; any other name is that of an environment, where there are any. */
function comparedPlace(given: string, variables: Variables): Place {
  if (!IN_CLONE || /[./\\]/.test(given)) return { stack: findStack(given, {}) };
  const { definitionOf }: typeof import("../../environments/choose") = require("../../environments/choose");
  return { environment: definitionOf(given, variables).name };
}

const program = addTargetOptions(new Command(PROGRAM))
  .description("What a system costs a month under a load, by layer, and what each setting would change.")
  .requiredOption(
    "--events-per-second <n>",
    "lines a second, on average; 0: idle",
    numberBetween(0, 10_000_000),
  )
  .option("--bytes <n>", "bytes of a line, its newline included", integerBetween(1, 10_485_760), 187)
  .option("--pack <n>", "lines in a stream record", integerBetween(1, 10_000), 1)
  .option("--months <n>", "months that lake and index have been filling", integerBetween(1, 120), 12)
  .addOption(
    new Option(
      "--compare <system>",
      IN_CLONE
        ? "another environment, or the folder of a synthesized stack"
        : "folder of another synthesized stack",
    ),
  )
  .option("--prices <file>", "table of prices in the place of the command's own")
  .option("--json", "print one JSON document on stdout", false)
  .action(
    ending(
      placed(async (place, { compare, prices: file, json, ...options }: Options) => {
        const { eventsPerSecond, bytes, pack, months } = options;
        const variables = process.env;
        const prices = file === undefined ? Prices.ofRepository() : Prices.ofFile(file);
        const settingsOf = async (one: Place): Promise<CostSettings> =>
          readSettings(nameOf(one), await sourcesOf(one, variables), prices, variables);
        const other = compare === undefined ? undefined : comparedPlace(compare, variables);
        const settings = await settingsOf(place);
        const compared = other && (await settingsOf(other));
        const report = reportOf(settings, compared, { eventsPerSecond, bytes, pack, months }, prices);
        process.stdout.write(`${json ? JSON.stringify(report, undefined, 2) : reportText(report, prices)}\n`);
        return EXIT.ok;
      }),
    ),
  );

addHelp(program, {
  codes: { 0: "done, also when a setting does not fit", 1: "an error" },
  notes:
    "It reads the synthesized stack and a table of prices, and calls nobody. A rate of 0 is an idle system. A table of your own (--prices) has the form of ops/cost/prices.json. docs/costs.md has the report's main figures.",
  examples: [`${programName(__filename, "dev", "--stack cdktf.out")} --events-per-second 100`],
});

void runCommand(program);
