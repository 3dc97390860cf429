import { execFileSync } from "node:child_process";
import { accessSync, chmodSync, chownSync, constants, lstatSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { OperatorError } from "../../lib/operator-error";

/** A user of the system, by number. */
interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Engines refuse to run as root. @returns the user `nobody` for root, undefined for any other user. */
export function unprivilegedUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/**
 * Changes the owner of a folder and its content to `user`, and lets `user` pass through the parent folder.
 * @throws OperatorError naming a folder further up that `user` cannot pass through.
 */
export function chownRecursive(folder: string, { uid, gid }: SystemUser): void {
  const chown = (path: string): void => {
    chownSync(path, uid, gid);
    if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) chown(join(path, name));
  };
  chown(folder);
  // The folder of a run is private to its owner: others may pass through it, but not list it.
  const parent = dirname(folder);
  if ((statSync(parent).mode & 0o011) === 0) chmodSync(parent, statSync(parent).mode | 0o011);
  for (let above = dirname(parent); above !== dirname(above); above = dirname(above)) {
    accessSync(above, constants.X_OK);
    if ((statSync(above).mode & 0o001) === 0) {
      throw new OperatorError(
        `the engine does not run as root, and other users cannot enter ${above}: choose another --data-dir, or run as another user`,
      );
    }
  }
}
