import { isJsonObject, type Json, type JsonObject } from "../../lib/json";
import { OperatorError } from "../../lib/operator-error";
import type { Variables } from "../../lib/variables";
import { type Ask, at, awsCli } from "./aws-cli";
import type { SessionTarget } from "./session-child";

/** The domain and the bastion, by their names. */
interface Destination {
  readonly region: string;
  readonly domain: string;
  readonly bastion: string;
  /** How to get a bastion. */
  readonly hint: string;
}

/**
 * Finds the domain's host and the bastion by their names, so that a user of Dashboards needs neither Terraform nor its
 * state.
 * @throws OperatorError naming what is missing or stopped, and the remedy.
 */
export async function resolveRoute(
  { region, domain, bastion, hint }: Destination,
  variables: Variables,
): Promise<SessionTarget> {
  const ask = awsCli(region, variables);
  const host = await findHost(ask, domain, region);
  const instanceId = await findBastion(ask, bastion, hint, region);
  return { host, instanceId, region };
}

async function findHost(ask: Ask, name: string, region: string): Promise<string> {
  const domain = await ask(`the domain ${name} in ${region}`, [
    ...["opensearch", "describe-domain", "--domain-name", name],
  ]);
  const host = at(domain, "DomainStatus", "Endpoints", "vpc") ?? at(domain, "DomainStatus", "Endpoint");
  if (typeof host === "string") return host;
  throw new OperatorError(
    `the domain ${name} in ${region} has no endpoint yet: it is being created; wait for it`,
  );
}

async function findBastion(ask: Ask, name: string, hint: string, region: string): Promise<string> {
  const answer = await ask(`the bastion ${name} in ${region}`, [
    ...["ec2", "describe-instances", "--filters", `Name=tag:Name,Values=${name}`],
    "Name=instance-state-name,Values=pending,running,stopping,stopped",
  ]);
  const instances = list(at(answer, "Reservations"))
    .flatMap((reservation) => list(at(reservation, "Instances")))
    .map((instance) => ({
      id: String(at(instance, "InstanceId")),
      state: String(at(instance, "State", "Name")),
    }));
  const running = instances.find(({ state }) => state === "running");
  if (running) return running.id;
  for (const [state, remedy] of Object.entries(REMEDIES)) {
    const found = instances.find((one) => one.state === state);
    if (found)
      throw new OperatorError(
        `the bastion ${name} (${found.id}) is ${state}: ${remedy(`--region ${region} --instance-ids ${found.id}`)}`,
      );
  }
  throw new OperatorError(
    `there is no bastion ${name} in ${region}: ${hint}; ` +
      "from inside of the network, or over a VPN, name the domain with --endpoint instead",
  );
}

/**
 * What to do about an instance that does not run, by its state; the state that is nearest to running comes first.
 * One that is shutting down or terminated never runs again: it counts as none.
 */
const REMEDIES: Readonly<Record<string, (options: string) => string>> = {
  pending: () => "it is starting; wait 2 minutes",
  stopped: (options) => `start it with \`aws ec2 start-instances ${options}\`, and wait 2 minutes`,
  // It cannot be started before.
  stopping: (options) =>
    `wait until it is stopped with \`aws ec2 wait instance-stopped ${options}\`, start it with \`aws ec2 start-instances ${options}\`, and wait 2 minutes`,
};

function list(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item: Json) => isJsonObject(item)) : [];
}
