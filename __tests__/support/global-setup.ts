import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SHARED_FOLDER } from "./synthesized";

/**
 * Makes the folder that the test files of one run of jest share. It is also their folder for temporary files: cdktf
 * makes one for each app, and removes none.
 */
export default function setUp(): void {
  const folder = mkdtempSync(join(tmpdir(), "retail-bi-tests-"));
  process.env[SHARED_FOLDER] = folder;
  process.env["TMPDIR"] = folder;
}

export function tearDown(): void {
  rmSync(process.env[SHARED_FOLDER] ?? "", { recursive: true, force: true });
}
