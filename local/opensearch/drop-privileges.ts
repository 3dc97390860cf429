import { execFileSync } from "node:child_process";
import { accessSync, chmodSync, chownSync, constants, lstatSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { OperatorError } from "../../lib/operator-error";

/** A user of the system, by number. */
interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** Engines refuse to run as root. @returns whom root steps down to; undefined for everyone else, who stays. */
export function unprivilegedUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/**
 * Gives a folder with all that is in it to `user`, who must get to it.
 * @throws OperatorError naming the folder on the way that does not let others through.
 */
export function chownRecursive(folder: string, { uid, gid }: SystemUser): void {
  const give = (path: string): void => {
    chownSync(path, uid, gid);
    if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name));
  };
  give(folder);
  // The folder of a run is its owner's alone: others may pass through it, and see nothing of it.
  const parent = dirname(folder);
  if ((statSync(parent).mode & 0o011) === 0) chmodSync(parent, statSync(parent).mode | 0o011);
  for (let above = dirname(parent); above !== dirname(above); above = dirname(above)) {
    accessSync(above, constants.X_OK);
    if ((statSync(above).mode & 0o001) === 0) {
      throw new OperatorError(
        `the engine does not run as root, and others do not get into ${above}: choose another --data-dir, or run as another user`,
      );
    }
  }
}
