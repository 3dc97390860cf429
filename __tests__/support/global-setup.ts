import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SHARED_FOLDER } from "./synthesized";

/** Creates the folder that the test files of one jest run share. */
export default function setUp(): void {
  process.env[SHARED_FOLDER] = mkdtempSync(join(tmpdir(), "retail-bi-shared-"));
}

export function tearDown(): void {
  rmSync(process.env[SHARED_FOLDER] ?? "", { recursive: true, force: true });
}
