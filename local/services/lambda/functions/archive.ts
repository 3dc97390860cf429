import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";

/** Unpacks a function's zip into `directory`, as Lambda does into its task root. */
export function unpack(archivePath: string, directory: string): void {
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(archivePath)))) {
    if (name.endsWith("/")) continue;
    const path = join(directory, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}
