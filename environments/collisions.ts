import { namesOf } from "../modules/naming";
import type { Environment } from "./environment";
import { UNSET_ACCOUNT_ID } from "./location";

/** Two environments of one account would create a resource with the same name. */
export class NameCollisionError extends Error {
  override readonly name = "NameCollisionError";
}

/**
 * Refuses environments of one account that share physical names.
 * @throws NameCollisionError naming both environments, the account and every name they share.
 */
export function assertNoCollisions(environments: readonly Environment[]): void {
  for (const [index, one] of environments.entries()) {
    for (const other of environments.slice(index + 1)) {
      if (one.location.accountId !== other.location.accountId) continue;
      const others: Readonly<Record<string, string>> = { ...namesOf(other) };
      const shared = Object.entries(namesOf(one)).filter(([what, name]) => others[what] === name);
      const both = `environments "${one.name}" and "${other.name}" of account ${one.location.accountId} would both`;
      if (shared.length > 0) {
        const names = shared.map(([what, name]) => `${what} "${name}"`).join(", ");
        throw new NameCollisionError(`${both} own ${names}; set physicalNames to "prefixed" in one`);
      }
      if (one.location.accountId !== UNSET_ACCOUNT_ID && [one, other].every(createsServiceLinkedRole)) {
        throw new NameCollisionError(
          `${both} create the service-linked role of OpenSearch; set speed.serviceLinkedRole to "exists" in one`,
        );
      }
      if (one.location.accountId !== UNSET_ACCOUNT_ID && [one, other].every(createsIdentityProvider)) {
        throw new NameCollisionError(
          `${both} create the identity provider of GitHub; set delivery.identityProvider to "exists" in one`,
        );
      }
    }
  }
}

function createsServiceLinkedRole({ speed }: Environment): boolean {
  return speed.enabled && speed.serviceLinkedRole === "create";
}

function createsIdentityProvider({ delivery }: Environment): boolean {
  return delivery?.identityProvider === "create";
}
