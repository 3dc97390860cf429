import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** A folder beside the repository, not part of it: a fresh machine does not have it. */
const FOLDER = resolve(__dirname, "../../../shared");

/**
 * Whether jest is still collecting the tests of a file. It then runs the bodies of all suites, even of skipped ones.
 * Importing this declares the hook before any hook of the importing file.
 */
let gathering = typeof beforeAll === "function";
if (gathering) {
  beforeAll(() => {
    gathering = false;
  });
}

/** Whether the machine has a file of the shared data. @param path within the folder, such as `data/rows.csv` */
export function hasSharedFile(path: string): boolean {
  return existsSync(resolve(FOLDER, path));
}

/**
 * Path of a file of the shared data.
 * @throws Error outside of tests and hooks: a suite that is skipped because the file is absent must not need it.
 */
export function sharedFile(path: string): string {
  if (gathering)
    throw new Error(`${path} is asked for while tests are gathered: ask in beforeAll or in a test`);
  return resolve(FOLDER, path);
}

/** `describe` for tests that need a file of the shared data; without it, skipped with a title that names the file. */
export function describeWithShared(path: string, title: string, body: () => void): void {
  if (hasSharedFile(path)) describe(title, body);
  else describe.skip(`${title} (NOT RUN: ../shared/${path} is absent)`, body);
}
