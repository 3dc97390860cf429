import { EXIT, type ExitCode } from "../../lib/exit";
import type { Target } from "../target/target";
import { openTunnel } from "./open";

/** Opens a tunnel for as long as `work` takes. Its programs would outlive this process, so Ctrl-C closes it first. */
export async function withTunnel(
  target: Target,
  say: (message: string) => void,
  work: (searchUrl: string) => Promise<ExitCode>,
): Promise<ExitCode> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop.abort());
  const tunnel = await openTunnel({
    ...{ target, port: 0, variables: process.env, say },
    signal: stop.signal,
  }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  if (tunnel === undefined) return EXIT.interrupted;
  stop.signal.addEventListener("abort", () => {
    void tunnel.close().finally(() => process.exit(EXIT.interrupted));
  });
  try {
    return await work(tunnel.url);
  } finally {
    await tunnel.close();
  }
}
