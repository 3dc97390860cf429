import type { Server } from "node:http";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { definitionOf } from "../environments/choose";
import {
  locate,
  locationFilePath,
  readLocationFile,
  UNSET_ACCOUNT_ID,
  variableName,
} from "../environments/location";
import { closeServer, listenOnLoopback } from "../local/loopback";
import { namesOf } from "../modules/naming";
import { callerAccount } from "../terraform/account";
import { OperatorError } from "../terraform/operator-error";
import { PROJECT_ROOT } from "../terraform/stack-folder";
import type { Variables } from "../terraform/variables";
import { type Destination, findWay } from "./find-way";
import { openSession } from "./session";
import type { CredentialSource } from "./signer";
import { createSigningProxy } from "./signing-proxy";
import type { Upstream } from "./upstream";

export interface TunnelOptions {
  readonly environment: string;
  /** Of the local end. */
  readonly port: number;
  /** Origin of the domain, where it is reached without a session. */
  readonly endpoint?: URL;
  readonly variables: Variables;
  readonly say: (line: string) => void;
  /** Ends the tunnel. */
  readonly signal: AbortSignal;
}

/** The domain, and the session that leads there. */
interface Way {
  readonly upstream: Upstream;
  /** Settles with an error when the way is lost for good. */
  readonly over: Promise<OperatorError | undefined>;
  close(): Promise<void>;
}

/** Path of Dashboards on the domain. */
const DASHBOARDS = "/_dashboards";

/**
 * Keeps a tunnel to the environment's domain open until `signal`.
 * @throws OperatorError when it cannot be opened, or not be kept open.
 */
export async function runTunnel(options: TunnelOptions): Promise<void> {
  const { environment, endpoint, variables, say, signal } = options;
  const definition = definitionOf(environment, variables);
  if (!definition.speed.enabled) {
    throw new OperatorError(`${environment} has no speed layer (speed.enabled is false): there is no domain`);
  }
  const file = readLocationFile(locationFilePath(PROJECT_ROOT, variables));
  const location = locate(environment, variables, file);
  const { region } = location;
  // Other programs write new credentials into the files of profiles: those are read again.
  const credentials: CredentialSource = defaultProvider({ ignoreCache: true });

  const stopped = aborted(signal);
  const way = await findWayOrStop(
    () =>
      endpoint
        ? direct(endpoint)
        : throughBastion(
            { environment, region, names: namesOf({ ...definition, location }) },
            location.accountId,
            options,
          ),
    signal,
  );
  if (way === undefined) return;
  try {
    const proxy = createSigningProxy({ upstream: way.upstream, region, credentials, say });
    try {
      const url = await listen(proxy, options.port);
      say(`requests are signed with your credentials and passed on to ${way.upstream.origin.host}`);
      say(`OpenSearch Dashboards: ${url}${DASHBOARDS} (Ctrl-C ends the tunnel)`);
      const failure = await Promise.race([stopped, way.over]);
      if (failure) throw failure;
    } finally {
      await closeServer(proxy);
    }
  } finally {
    say("the tunnel is closing");
    await way.close();
  }
}

/** What comes of a failure that Ctrl-C brought about is no news. */
async function findWayOrStop(find: () => Way | Promise<Way>, signal: AbortSignal): Promise<Way | undefined> {
  try {
    return await find();
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

function direct(origin: URL): Way {
  return { upstream: { origin }, over: new Promise(() => {}), close: async () => {} };
}

async function throughBastion(
  destination: Destination,
  accountId: string,
  { variables, say, signal }: TunnelOptions,
): Promise<Way> {
  const { environment, region } = destination;
  if (accountId === UNSET_ACCOUNT_ID) {
    throw new OperatorError(
      `nobody has said in which account ${environment} lives: set ${variableName(environment, "ACCOUNT_ID")}, or run npm run bootstrap -- ${environment}`,
    );
  }
  const caller = await callerAccount(region);
  if (caller !== accountId) {
    throw new OperatorError(
      `${environment} lives in account ${accountId}, and your credentials belong to ${caller}: set AWS_PROFILE to one of that account`,
    );
  }
  const target = await findWay(destination, variables);
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
    throw new OperatorError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}
