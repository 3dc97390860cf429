import { EXIT, type ExitCode } from "../../lib/exit";
import { beforeInterrupt } from "../../lib/interrupt";
import type { Target } from "../target/target";
import { openTunnel } from "./open";

/** Opens a tunnel for as long as `work` takes. Its programs would outlive this process, so Ctrl-C closes it first. */
export async function withTunnel(
  target: Target,
  say: (message: string) => void,
  work: (searchUrl: string) => Promise<ExitCode>,
): Promise<ExitCode> {
  const stop = new AbortController();
  const opening = openTunnel({
    ...{ target, port: 0, variables: process.env, say },
    signal: stop.signal,
  });
  const forget = beforeInterrupt(async () => {
    stop.abort();
    const tunnel = await opening.catch(() => undefined);
    await tunnel?.close();
  });
  try {
    const tunnel = await opening;
    try {
      return await work(tunnel.url);
    } finally {
      await tunnel.close();
    }
  } catch (error) {
    if (stop.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    forget();
  }
}
