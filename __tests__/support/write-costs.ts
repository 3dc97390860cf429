import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesize } from "../../local/synthesize";
import { costBlocks, settingsOf, withBlock } from "./cost-pages";

const ROOT = join(__dirname, "..", "..");

/** `npm run docs:costs` */
async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "docs-costs-"));
  try {
    const dev = settingsOf("dev", await synthesize(join(folder, "dev"), "dev"));
    const prod = settingsOf("prod", await synthesize(join(folder, "prod"), "prod"));
    for (const block of costBlocks(dev, prod)) {
      const path = join(ROOT, block.page);
      writeFileSync(path, withBlock(readFileSync(path, "utf8"), block));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void main();
