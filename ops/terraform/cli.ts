import { readFileSync } from "node:fs";
import { Command } from "commander";
import type { EnvironmentDefinition } from "../../environments/environment";
import { answerTo } from "../../lib/answer-to";
import { textLike } from "../../lib/arguments";
import { addHelp, ending, isClone, programName, runCommand } from "../../lib/command";
import { counted } from "../../lib/counted";
import { EXIT, UsageError } from "../../lib/exit";
import { isJsonObject } from "../../lib/json";
import { messageOf } from "../../lib/message-of";
import { OperatorError } from "../../lib/operator-error";
import { addTargetOptions, environmentCommand, nameOf, placed, type TargetFlags } from "../target/options";
import { destroy } from "./destroy";
import { type DriftReport, detectDrift, driftCode } from "./drift";
import { markdownOf } from "./plan-markdown";
import { summarize } from "./plan-summary";
import type { Say, Terraform } from "./terraform";
import { inStack, openWorkspace } from "./workspace";

const say: Say = (line) => void process.stderr.write(`${line}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** A duration in Go's format. */
const duration = textLike(/^(0|(\d+(\.\d+)?(ms|s|m|h))+)$/, "A duration such as 60s or 10m");

interface DriftOptions extends TargetFlags {
  readonly json: boolean;
  readonly lockTimeout: string;
}

interface DestroyFlags {
  readonly andState: boolean;
  readonly yes: boolean;
  readonly lockTimeout: string;
}

interface SummaryOptions extends TargetFlags {
  readonly text?: string;
  readonly json: boolean;
}

const driftCommand = addTargetOptions(new Command("drift"))
  .description("Lists the resources that were changed outside Terraform. Changes nothing.")
  .option("--json", "print one JSON document on stdout", false)
  .option(
    "--lock-timeout <duration>",
    "time to wait for a state lock that another process holds",
    duration,
    "60s",
  )
  .action(
    ending(
      placed(async (place, { json, lockTimeout }: DriftOptions) => {
        const name = nameOf(place);
        const context = { variables: process.env, say, lockTimeout };
        const detect = (terraform: Terraform) => detectDrift(terraform, name, say);
        const report =
          "stack" in place
            ? await inStack(place.stack, context, detect)
            : await detect((await openWorkspace({ ...context, ...place })).main.terraform);
        print(json ? JSON.stringify(report, undefined, 2) : describe(name, report));
        return driftCode(report);
      }),
    ),
  );

const destroyCommand = environmentCommand("destroy")
  .description("Destroys a disposable environment with its data.")
  .option("--and-state", "also destroy the bucket of the state, with its history", false)
  .option("--yes", "do not ask for confirmation", false)
  .option(
    "--lock-timeout <duration>",
    "time to wait for a state lock that another process holds",
    duration,
    "60s",
  )
  .action(
    ending(async (definition: EnvironmentDefinition, options: DestroyFlags) => {
      const { name: environment } = definition;
      const { removed, remains } = await destroy({
        environment,
        definition,
        variables: process.env,
        say,
        lockTimeout: options.lockTimeout,
        andState: options.andState,
        confirm: async (resources) => options.yes || (await ask(environment, resources)),
      });
      print(`${environment} is gone: ${counted(removed, "resource")} removed`);
      for (const left of remains) print(`remaining: ${left}`);
      return EXIT.ok;
    }),
  );

const planSummaryCommand = addTargetOptions(new Command("plan-summary"))
  .description("Summarizes a plan as Markdown, with losses of data first.")
  .argument("[file]", "output of `terraform show -json <plan>` (default: standard input)")
  .option("--text <file>", "output of `terraform show -no-color <plan>`, to include folded")
  .option("--json", "print JSON instead of Markdown", false)
  .action(
    ending(
      placed((place, options: SummaryOptions, file) => {
        const text = options.text === undefined ? {} : { text: read(options.text) };
        const summary = summarize(readPlan(file));
        if (options.json) print(JSON.stringify(summary, undefined, 2));
        else process.stdout.write(markdownOf(summary, { environment: nameOf(place), ...text }));
        return EXIT.ok;
      }),
    ),
  );

function readPlan(file: string | undefined) {
  const from = file ?? "standard input";
  let plan: unknown;
  try {
    plan = JSON.parse(read(file ?? 0));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new OperatorError(
      `${from} is not JSON (${error.message}): pass the output of \`terraform show -json\``,
    );
  }
  if (!isJsonObject(plan)) throw new OperatorError(`${from} is not a JSON object`);
  return plan;
}

/** @param from a path, or a file descriptor. @throws UsageError when it cannot be read */
function read(from: string | number): string {
  try {
    return readFileSync(from, "utf8");
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

function describe(environment: string, { drifted, undeployed }: DriftReport): string {
  const lines = drifted.flatMap(({ address, what, properties }) => [
    `${address} was ${what}`,
    ...properties.map(
      ({ property, deployed, found }) =>
        `  ${property}: deployed ${JSON.stringify(deployed)}, found ${JSON.stringify(found)}`,
    ),
  ]);
  if (undeployed.length > 0) {
    lines.push(
      `A deploy would also change ${undeployed.join(", ")}: that follows from the drift, or this is not the commit that is deployed.`,
    );
  }
  const head =
    drifted.length === 0 ? `${environment}: no drift` : `${environment}: ${drifted.length} drifted`;
  return [head, ...lines].join("\n");
}

async function ask(environment: string, resources: number): Promise<boolean> {
  const lost = `${counted(resources, "resource")} and ${resources === 1 ? "its" : "their"} data`;
  if (!process.stdin.isTTY) {
    throw new OperatorError(`${lost} would be removed, and there is no terminal to confirm it: add --yes`);
  }
  const question = `${lost} will be removed. Type ${environment} to continue: `;
  return (await answerTo(question)) === environment;
}

const PLACE = programName(__filename, "dev", "--stack cdktf.out");
addHelp(driftCommand, {
  codes: { 0: "no drift", 1: "drift could not be determined", 3: "drift" },
  notes: "Run it on the commit that is deployed.",
  examples: [PLACE],
});
addHelp(planSummaryCommand, { codes: { 0: "done", 1: "an error" }, examples: [`${PLACE} plan.json`] });
addHelp(destroyCommand, {
  codes: { 0: "everything is destroyed", 1: "resources remain, or an error" },
  examples: ["dev"],
});

const program = new Command(programName(__filename, "npm run", "retail-bi"))
  .addCommand(driftCommand)
  .addCommand(planSummaryCommand);
// It removes the bucket of the state, which is a stack of this repository.
if (isClone(__filename)) program.addCommand(destroyCommand);

void runCommand(program);
