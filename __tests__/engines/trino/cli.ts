import { OperatorError } from "../../../lib/operator-error";
import { startTrino } from "./server";

/** Starts a Trino for trying things out, and ends it with Ctrl-C. */
async function main(): Promise<void> {
  const stop = new AbortController();
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve()));
  const onSignal = (): void => stop.abort(new OperatorError("interrupted"));
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  const write = (line: string): void => void process.stderr.write(`${line}\n`);
  const trino = await startTrino(process.env, write, stop.signal);
  try {
    process.stdout.write(`TRINO_URL=${trino.url}\nTRINO_PID=${trino.pid}\n`);
    write(`${trino.origin}; Ctrl-C ends it`);
    await stopped;
  } finally {
    await trino.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof OperatorError ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
