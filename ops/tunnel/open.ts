import type { Server } from "node:http";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import { messageOf } from "../../lib/message-of";
import { OperatorError } from "../../lib/operator-error";
import type { Variables } from "../../lib/variables";
import { callerAccount } from "../target/account";
import type { Target } from "../target/target";
import { resolveRoute } from "./resolve-route";
import { openSession } from "./session";
import type { CredentialSource } from "./signer";
import { createSigningProxy } from "./signing-proxy";
import type { Upstream } from "./upstream";

export interface TunnelOptions {
  readonly target: Target;
  /** Port of the local end; 0 for a free one. */
  readonly port: number;
  /** Origin of the domain, if it is reachable without a session. */
  readonly endpoint?: URL;
  readonly variables: Variables;
  /** Receives progress messages, one line each. */
  readonly say: (line: string) => void;
  /** Cancels the opening. */
  readonly signal: AbortSignal;
}

/** An open tunnel. */
export interface Tunnel {
  /** URL of the local end. */
  readonly url: string;
  /** Host of the domain. */
  readonly host: string;
  /** Whether Dashboards uses SAML sign-in, which a tunnel cannot forward. */
  readonly saml: boolean;
  /** Resolves to an error when the route is lost and cannot be reopened. */
  readonly over: Promise<OperatorError | undefined>;
  close(): Promise<void>;
}

/** The domain and the session to it. */
interface Route extends Pick<Tunnel, "over" | "close"> {
  readonly upstream: Upstream;
}

/**
 * Opens a tunnel to the target's domain. Close it after use, because it runs programs outside of this process.
 * @throws OperatorError naming what is missing and the remedy.
 */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  const { target, endpoint, say } = options;
  const { name, speed, location } = target;
  if (speed === undefined) throw new OperatorError(`${name} has no speed layer: there is no domain`);
  // Other programs renew credentials in profile files, so the tunnel does not cache these.
  const credentials: CredentialSource = defaultProvider({ ignoreCache: true });

  const route = endpoint ? direct(endpoint) : await throughBastion(speed.domain, options);
  const proxy = createSigningProxy({ upstream: route.upstream, region: location.region, credentials, say });
  try {
    return {
      url: await listen(proxy, options.port),
      host: route.upstream.origin.host,
      saml: speed.saml,
      over: route.over,
      close: async () => {
        await closeServer(proxy);
        await route.close();
      },
    };
  } catch (error) {
    await route.close();
    throw error;
  }
}

function direct(origin: URL): Route {
  return { upstream: { origin }, over: new Promise(() => {}), close: async () => {} };
}

async function throughBastion(
  domain: string,
  { target: { name, location, bastion, hints }, variables, say, signal }: TunnelOptions,
): Promise<Route> {
  const { accountId, region } = location;
  if (hints.account !== undefined) throw new OperatorError(hints.account);
  if (bastion === undefined) {
    throw new OperatorError(
      `${name} has no bastion: ${hints.bastion}; from inside of the network, or over a VPN, name the domain with --endpoint instead`,
    );
  }
  const caller = await callerAccount(region);
  if (caller !== accountId) {
    throw new OperatorError(
      `${name} is in account ${accountId}, and your credentials belong to ${caller}: set AWS_PROFILE to one of that account`,
    );
  }
  const route = await resolveRoute({ domain, bastion, region, hint: hints.bastion }, variables);
  say(`opening a session through ${route.instanceId} to ${route.host}`);
  const session = await openSession({ target: route, variables, say, signal });
  return {
    upstream: { origin: new URL(`https://${route.host}`), forwardedPort: () => session.port() },
    over: session.over,
    close: () => session.close(),
  };
}

async function listen(proxy: Server, port: number): Promise<string> {
  try {
    return await listenOnLoopback(proxy, port, "tunnel");
  } catch (error) {
    throw new OperatorError(messageOf(error), { cause: error });
  }
}
