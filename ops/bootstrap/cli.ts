import type { EnvironmentDefinition } from "../../environments/environment";
import { ACCOUNT_ID, REGION } from "../../environments/location";
import { answerTo } from "../../lib/answer-to";
import { textLike } from "../../lib/arguments";
import { addHelp, ending, programName, runCommand } from "../../lib/command";
import { EXIT } from "../../lib/exit";
import { preflightOfEnvironment } from "../preflight/environment";
import { preflight } from "../preflight/preflight";
import { preflightCode, reportText } from "../preflight/report";
import { environmentCommand } from "../target/options";
import type { Changes, Say } from "../terraform/terraform";
import { bootstrap } from "./bootstrap";

const say: Say = (line) => void process.stderr.write(`${line}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

interface BootstrapFlags {
  readonly accountId?: string;
  readonly region?: string;
  readonly administrator?: boolean;
}

function counted({ add, change, remove }: Changes): string {
  return `${add} added, ${change} changed, ${remove} removed`;
}

const program = environmentCommand(programName(__filename, "npm run bootstrap --", "retail-bi bootstrap"))
  .description(
    "Creates the bucket of an environment's state and what the account must have once, and writes the environment's account and region to a file.",
  )
  .option(
    "--account-id <digits>",
    "account of the environment (default: the account of your credentials)",
    textLike(ACCOUNT_ID, "An account id of twelve digits"),
  )
  .option(
    "--region <region>",
    "region of the environment (default: AWS_REGION, else eu-west-1)",
    textLike(REGION, "A region such as eu-west-1"),
  )
  .option(
    "--administrator",
    "let your own IAM role use Dashboards and administer the search domain (asked on a terminal)",
  )
  .option("--no-administrator", "let it not, and do not ask")
  .action(
    ending(async (definition: EnvironmentDefinition, options: BootstrapFlags) => {
      const { name: environment } = definition;
      const done = await bootstrap({
        ...{ environment, definition, variables: process.env, say, ...options },
        ...(process.stdin.isTTY && { askAdministrator }),
      });
      print(
        `state of ${environment}: s3://${done.bucket} (${counted(done.changes)}); location written to ${done.file}`,
      );
      if (done.administratorRoleArn)
        print(`administrator of the search domain: ${done.administratorRoleArn}`);
      const report = await preflight(preflightOfEnvironment(environment, process.env));
      print(`\n${reportText(report)}\n`);
      const deploy = `npx cdktf deploy ${environment}`;
      const isClear = preflightCode(report) === EXIT.ok;
      print(
        isClear
          ? `next: ${deploy}`
          : `next: mend what will fail, npm run preflight -- ${environment}, ${deploy}`,
      );
      return EXIT.ok;
    }),
  );

addHelp(program, {
  codes: { 0: "done; what a deploy would fail of is printed", 1: "an error" },
  notes: "At the end it looks for what would make the deploy fail, as the command preflight does.",
  examples: ["dev", "prod --account-id 123456789012 --region eu-west-1"],
});

async function askAdministrator(roleArn: string): Promise<boolean> {
  const question = `Let your role use Dashboards and administer the search domain? ${roleArn} [y/N]: `;
  return /^y(es)?$/i.test(await answerTo(question));
}

void runCommand(program);
