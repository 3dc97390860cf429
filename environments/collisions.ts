import { namesOf } from "../modules/naming";
import type { Environment } from "./environment";

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
      if (shared.length === 0) continue;
      const names = shared.map(([what, name]) => `${what} "${name}"`).join(", ");
      throw new NameCollisionError(
        `environments "${one.name}" and "${other.name}" of account ${one.location.accountId} would both own ` +
          `${names}; set physicalNames to "prefixed" in one`,
      );
    }
  }
}
