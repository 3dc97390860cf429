import { Command, InvalidArgumentError } from "commander";
import { addHelp, ending, programName, runCommand } from "../../lib/command";
import { EXIT } from "../../lib/exit";
import { LOOPBACK } from "../../lib/loopback";
import { addTargetOptions, placed, type TargetFlags, targetOf } from "../target/options";
import { runTunnel } from "./run";

const PROGRAM = programName(__filename, "npm run tunnel --", "retail-bi tunnel");

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1024 || value > 65_535) {
    throw new InvalidArgumentError("A port from 1024 to 65535 is wanted.");
  }
  return value;
}

/** An origin; plain HTTP on loopback only, because requests are signed with credentials. */
function endpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const safe = url?.protocol === "https:" || (url?.protocol === "http:" && url.hostname === LOOPBACK);
  if (!url || !safe || url.href !== `${url.origin}/`) {
    throw new InvalidArgumentError("An origin such as https://host is wanted.");
  }
  return url;
}

const stop = new AbortController();
// SIGHUP too: closing the terminal must not leave the session running.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop.abort());

const say = (line: string): void => void process.stderr.write(`${line}\n`);

interface Options extends TargetFlags {
  readonly port: number;
  readonly endpoint?: URL;
}

const program = addTargetOptions(new Command(PROGRAM))
  .description("Opens a signing tunnel to the search domain of a deployed system, for OpenSearch Dashboards.")
  .option("--port <port>", "local port", port, 9200)
  .option("--endpoint <url>", "endpoint of the domain, if it is reachable without a session", endpoint)
  .action(
    ending(
      placed(async (place, { port, endpoint }: Options) => {
        const target = await targetOf(place);
        await runTunnel({
          ...{ target, port, variables: process.env, say, signal: stop.signal },
          ...(endpoint && { endpoint }),
        });
        return EXIT.ok;
      }),
    ),
  );

const PLACE = programName(__filename, "dev", "--stack cdktf.out");
addHelp(program, {
  codes: { 0: "ended by Ctrl-C", 1: "the tunnel cannot be opened or was lost" },
  notes: `Without --endpoint it needs the AWS CLI with its Session Manager plugin, and a bastion in the network.
It uses the credentials of your shell (AWS_PROFILE and so on); they never leave this machine.`,
  examples: [
    PLACE,
    `${PLACE} --endpoint https://vpc-salesv1-….eu-west-1.es.amazonaws.com   # over a VPN`,
    "curl http://127.0.0.1:9200/_cat/indices",
  ],
});

void runCommand(program);
