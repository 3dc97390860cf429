import { createHash } from "node:crypto";
import type { DataPlane } from "../plan/data-plane";

/** An access key of this machine. */
export interface LocalCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Credentials of this machine's operator and of the run's own clients. Only a real search engine verifies them,
 * but the SDK sends no request without credentials.
 */
export const LOCAL_CREDENTIALS: LocalCredentials = { accessKeyId: "local", secretAccessKey: "local" };

/**
 * The credentials of a role in the local run: the same in each run, so that an engine which outlives a run still
 * accepts them. They are derived from the role's name and protect nothing; every server listens on loopback only.
 */
export function credentialsOf(roleArn: string): LocalCredentials {
  const digest = (purpose: string): string =>
    createHash("sha256").update(`${purpose} ${roleArn}`).digest("hex");
  return {
    accessKeyId: `LOCAL${digest("key").slice(0, 15).toUpperCase()}`,
    secretAccessKey: digest("secret"),
  };
}

/** The master role of a data plane's search domain. @throws Error when there is no domain */
export function masterRoleOf({ searchDomains }: DataPlane): string {
  const [domain] = searchDomains;
  if (domain === undefined) throw new Error("the Terraform has no search domain");
  return domain.masterRoleArn;
}

/** The principals of a data plane's search engine: its functions by their roles, and the operator as the master. */
export function principalsOf(
  plane: DataPlane,
): { readonly credentials: LocalCredentials; readonly roleArn: string }[] {
  const roles = new Set([...plane.functions.map(({ roleArn }) => roleArn), masterRoleOf(plane)]);
  return [
    { credentials: LOCAL_CREDENTIALS, roleArn: masterRoleOf(plane) },
    ...[...roles].map((roleArn) => ({ credentials: credentialsOf(roleArn), roleArn })),
  ];
}
