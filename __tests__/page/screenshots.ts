import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startBrowser } from "../support/browser";
import { startPageRun } from "../support/page-run";

/** Where the README finds them. */
const IMAGES = resolve(__dirname, "../../docs/images");
/** Long enough for both layers to have lines, and for the first hour to be compared. */
const WARM_UP_MS = 60_000;

const DESKTOP = { width: 1280, height: 900 };
const SHOTS = [
  { name: "page-light", viewport: DESKTOP, colorScheme: "light" },
  { name: "page-dark", viewport: DESKTOP, colorScheme: "dark" },
  { name: "page-phone", viewport: { width: 390, height: 844 }, colorScheme: "light" },
] as const;

/** Takes the README's pictures of the page from a run on synthetic lines. */
async function main(): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  const browser = await startBrowser();
  const run = await startPageRun("--port", "14690", "--time-scale", "60", "--rate", "100");
  try {
    const pages = await Promise.all(
      SHOTS.map(async ({ name, ...look }) => {
        const page = await browser.newPage(look);
        await page.goto(run.url);
        return { name, page };
      }),
    );
    await sleep(WARM_UP_MS);
    for (const { name, page } of pages) {
      const path = join(IMAGES, `${name}.png`);
      await page.screenshot({ path });
      process.stdout.write(`${path}\n`);
    }
  } finally {
    await browser.close();
    await run.stop();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
