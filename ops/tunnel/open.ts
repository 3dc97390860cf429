import type { Server } from "node:http";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { definitionOf } from "../../environments/choose";
import {
  locate,
  locationFilePath,
  readLocationFile,
  UNSET_ACCOUNT_ID,
  variableName,
} from "../../environments/location";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import { messageOf } from "../../lib/message-of";
import { OperatorError } from "../../lib/operator-error";
import type { Variables } from "../../lib/variables";
import { namesOf } from "../../modules/naming";
import { callerAccount } from "../terraform/account";
import { PROJECT_ROOT } from "../terraform/stack-folder";
import { type Destination, resolveRoute } from "./resolve-route";
import { openSession } from "./session";
import type { CredentialSource } from "./signer";
import { createSigningProxy } from "./signing-proxy";
import type { Upstream } from "./upstream";

export interface TunnelOptions {
  readonly environment: string;
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
 * Opens a tunnel to the environment's domain. Close it after use, because it runs programs outside of this process.
 * @throws UnknownEnvironmentError; LocationError; OperatorError naming what is missing and the remedy.
 */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  const { environment, endpoint, variables, say } = options;
  const definition = definitionOf(environment, variables);
  if (!definition.speed.enabled) {
    throw new OperatorError(`${environment} has no speed layer (speed.enabled is false): there is no domain`);
  }
  const file = readLocationFile(locationFilePath(PROJECT_ROOT, variables));
  const location = locate(environment, variables, file);
  const { accountId, region } = location;
  // Other programs renew credentials in profile files, so the tunnel does not cache these.
  const credentials: CredentialSource = defaultProvider({ ignoreCache: true });

  const names = namesOf({ ...definition, location });
  const route = endpoint
    ? direct(endpoint)
    : await throughBastion({ environment, region, names }, accountId, options);
  const proxy = createSigningProxy({ upstream: route.upstream, region, credentials, say });
  try {
    return {
      url: await listen(proxy, options.port),
      host: route.upstream.origin.host,
      saml: definition.speed.saml !== undefined,
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
  destination: Destination,
  accountId: string,
  { variables, say, signal }: TunnelOptions,
): Promise<Route> {
  const { environment, region } = destination;
  if (accountId === UNSET_ACCOUNT_ID) {
    throw new OperatorError(
      `the account of ${environment} is not configured: set ${variableName(environment, "ACCOUNT_ID")}, or run npm run bootstrap -- ${environment}`,
    );
  }
  const caller = await callerAccount(region);
  if (caller !== accountId) {
    throw new OperatorError(
      `${environment} is in account ${accountId}, and your credentials belong to ${caller}: set AWS_PROFILE to one of that account`,
    );
  }
  const target = await resolveRoute(destination, variables);
  say(`opening a session through ${target.instanceId} to ${target.host}`);
  const session = await openSession({ target, variables, say, signal });
  return {
    upstream: { origin: new URL(`https://${target.host}`), forwardedPort: () => session.port() },
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
