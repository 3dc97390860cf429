import { Command } from "commander";
import { addHelp, ending, runCommand } from "../../../lib/command";
import { EXIT, type ExitCode } from "../../../lib/exit";
import { OperatorError } from "../../../lib/operator-error";
import { startTrino } from "./server";

async function main(): Promise<ExitCode> {
  const stop = new AbortController();
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve()));
  const onSignal = (): void => stop.abort(new OperatorError("interrupted"));
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  const write = (line: string): void => void process.stderr.write(`${line}\n`);
  const trino = await startTrino(process.env, write, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  if (trino === undefined) return EXIT.interrupted;
  try {
    process.stdout.write(`TRINO_URL=${trino.url}\nTRINO_PID=${trino.pid}\n`);
    write(`${trino.origin}; Ctrl-C ends it`);
    await stopped;
    return EXIT.ok;
  } finally {
    await trino.stop();
  }
}

const program = new Command("node --import tsx __tests__/engines/trino/cli.ts")
  .description("Starts a Trino for trying things out, and ends it with Ctrl-C.")
  .action(ending(main));
addHelp(program, {
  codes: { 0: "ended by Ctrl-C", 1: "an error", 130: "interrupted before it had started" },
  examples: [""],
});

void runCommand(program);
