import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Command, InvalidArgumentError } from "commander";
import { LocationError } from "../../environments/location";
import { isJsonObject } from "../../lib/json";
import { OperatorError } from "../../lib/operator-error";
import { bootstrap } from "./bootstrap";
import { destroy } from "./destroy";
import { type DriftReport, detectDrift } from "./drift";
import { markdownOf } from "./plan-markdown";
import { summarize } from "./plan-summary";
import type { Changes, Say } from "./terraform";

const EXIT = { done: 0, failed: 1, drifted: 2 } as const;

const say: Say = (line) => void process.stderr.write(`${line}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

function environmentName(text: string): string {
  if (!/^[a-z][a-z0-9]{1,9}$/.test(text)) throw new InvalidArgumentError("Such as dev or prod.");
  return text;
}

function command(name: string): Command {
  return new Command(name).argument("<environment>", "such as dev", environmentName).showHelpAfterError();
}

function counted({ add, change, remove }: Changes): string {
  return `${add} added, ${change} changed, ${remove} removed`;
}

const bootstrapCommand = command("bootstrap")
  .description(
    "Makes the bucket that keeps an environment's state, and writes down where the environment lives.",
  )
  .option("--account-id <digits>", "where it is to live (default: the account of your credentials)")
  .option("--region <region>", "where it is to live (default: AWS_REGION, else eu-west-1)")
  .action(async (environment: string, options: { accountId?: string; region?: string }) => {
    const done = await bootstrap({ environment, variables: process.env, say, ...options });
    print(
      `state of ${environment}: s3://${done.bucket} (${counted(done.changes)}); written down in ${done.file}`,
    );
    print(`next: npx cdktf deploy ${environment}`);
  });

const driftCommand = command("drift")
  .description("Names what is no longer as it was deployed. Changes nothing.")
  .option("--json", "one JSON document on stdout", false)
  .option("--lock-timeout <duration>", "how long to wait for a lock that somebody else holds", "60s")
  .addHelpText(
    "after",
    "\nExit codes: 0 no drift, 2 drift, 1 it cannot be said.\nRun it on the commit that is deployed.",
  )
  .action(async (environment: string, options: { json: boolean; lockTimeout: string }) => {
    const report = await detectDrift({
      environment,
      variables: process.env,
      say,
      lockTimeout: options.lockTimeout,
    });
    print(options.json ? JSON.stringify(report, undefined, 2) : describe(environment, report));
    if (report.drifted.length > 0) process.exitCode = EXIT.drifted;
  });

const destroyCommand = command("destroy")
  .description("Removes everything of a disposable environment, its data included.")
  .option("--and-state", "the bucket of the state and its history too", false)
  .option("--yes", "do not ask", false)
  .option("--lock-timeout <duration>", "how long to wait for a lock that somebody else holds", "60s")
  .action(async (environment: string, options: { andState: boolean; yes: boolean; lockTimeout: string }) => {
    const { removed, remains } = await destroy({
      environment,
      variables: process.env,
      say,
      lockTimeout: options.lockTimeout,
      andState: options.andState,
      confirm: async (resources) => options.yes || (await ask(environment, resources)),
    });
    print(`${environment} is gone: ${removed} resources removed`);
    for (const left of remains) print(`there still is ${left}`);
  });

const planSummaryCommand = command("plan-summary")
  .description("Says what a plan would do, as Markdown; what holds data and would go comes first.")
  .argument("[file]", "what `terraform show -json <plan>` printed (default: standard input)")
  .option("--text <file>", "what `terraform show -no-color <plan>` printed, to be folded into it")
  .option("--json", "one JSON document instead", false)
  .action((environment: string, file: string | undefined, options: { text?: string; json: boolean }) => {
    const summary = summarize(readPlan(file));
    if (options.json) return print(JSON.stringify(summary, undefined, 2));
    const text = options.text === undefined ? {} : { text: read(options.text) };
    process.stdout.write(markdownOf(summary, { environment, ...text }));
  });

function readPlan(file: string | undefined) {
  const from = file ?? "standard input";
  let plan: unknown;
  try {
    plan = JSON.parse(read(file ?? 0));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new OperatorError(
      `${from} is no JSON (${error.message}): give what \`terraform show -json\` prints`,
    );
  }
  if (!isJsonObject(plan)) throw new OperatorError(`${from} is no JSON object`);
  return plan;
}

/** @param from a path, or a file descriptor. */
function read(from: string | number): string {
  try {
    return readFileSync(from, "utf8");
  } catch (error) {
    throw new OperatorError(error instanceof Error ? error.message : String(error));
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
  if (!process.stdin.isTTY) {
    throw new OperatorError(
      `${resources} resources and their data would go, and there is nobody to ask: add --yes`,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(
      `${resources} resources and their data will go. Type ${environment} to go on: `,
    );
    return answer.trim() === environment;
  } finally {
    terminal.close();
  }
}

new Command("npm run")
  .addCommand(bootstrapCommand)
  .addCommand(driftCommand)
  .addCommand(destroyCommand)
  .addCommand(planSummaryCommand)
  .parseAsync()
  .catch((error: unknown) => {
    const forPeople = error instanceof OperatorError || error instanceof LocationError;
    say(
      error instanceof Error ? (forPeople ? error.message : (error.stack ?? error.message)) : String(error),
    );
    process.exitCode = EXIT.failed;
  });
