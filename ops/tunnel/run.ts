import { openTunnel, type Tunnel, type TunnelOptions } from "./open";

/** Path of Dashboards on the domain. */
const DASHBOARDS = "/_dashboards";

/**
 * Keeps a tunnel to the target's domain open until `signal`.
 * @throws as {@link openTunnel}; OperatorError when it cannot be kept open.
 */
export async function runTunnel(options: TunnelOptions): Promise<void> {
  const { say, signal } = options;
  const stopped = aborted(signal);
  const tunnel = await openOrStop(options);
  if (tunnel === undefined) return;
  try {
    for (const line of welcome(tunnel)) say(line);
    const failure = await Promise.race([stopped, tunnel.over]);
    if (failure) throw failure;
  } finally {
    say("the tunnel is closing");
    await tunnel.close();
  }
}

/** Instructions for an open tunnel. */
export function welcome({ url, host, saml }: Pick<Tunnel, "url" | "host" | "saml">): readonly string[] {
  const signed = `requests are signed with your credentials and forwarded to ${host}`;
  const ending = "(Ctrl-C ends the tunnel)";
  if (!saml) return [signed, `OpenSearch Dashboards: ${url}${DASHBOARDS} ${ending}`];
  return [
    signed,
    `OpenSearch Dashboards: https://${host}${DASHBOARDS}, whose SAML sign-in a tunnel cannot forward (docs/operations.md)`,
    `the engine itself: ${url} ${ending}`,
  ];
}

/** Ignores a failure that Ctrl-C caused. */
async function openOrStop(options: TunnelOptions): Promise<Tunnel | undefined> {
  try {
    return await openTunnel(options);
  } catch (error) {
    if (options.signal.aborted) return undefined;
    throw error;
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
