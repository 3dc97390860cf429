import { mkdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { startBrowser } from "../../benchmarks/support/browser";
import { startPageRun } from "../../benchmarks/support/page-run";

/** Where the README finds them. */
const IMAGES = resolve(__dirname, "../../docs/images");
/** After a first comparison that found all layers agree: the curves have their minute by then. */
const CURVES_MS = 20_000;
const LONGEST_WAIT_MS = 300_000;
/** A README wants to be loaded fast. */
const MOST_BYTES = 400_000;

const DESKTOP = { width: 1280, height: 1440 };
const SHOTS = [
  { name: "page-light", viewport: DESKTOP, colorScheme: "light" },
  { name: "page-dark", viewport: DESKTOP, colorScheme: "dark" },
  { name: "page-phone", viewport: { width: 390, height: 1080 }, colorScheme: "light" },
] as const;

/** Parts of the page that README and tutorial show, by the names of their pictures. */
const PARTS = {
  "sql-console": "#sql",
  "quantity-and-price": "#quantity-and-price-by-invoice-date",
  figures: "#panels",
} as const;
/** Query of the lab's step 1d. */
const FIRST_TEN =
  "SELECT stockcode, quantity, invoicedate, price, customer_id, country FROM retail_trans_json LIMIT 10";

/** Takes the pictures of README and tutorial from a run that is going on. @param input rows; absent: synthetic ones */
async function main(input: string | undefined): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  const browser = await startBrowser();
  const run = await startPageRun(
    ...["--port", "14690", "--time-scale", "60"],
    ...(input === undefined ? [] : ["--input-file", input]),
  );
  try {
    const pages = await Promise.all(
      SHOTS.map(async ({ name, ...look }) => {
        const page = await browser.newPage(look);
        await page.goto(run.url);
        return { name, page };
      }),
    );
    for (const { page } of pages) {
      await page.locator("#tile-verdict[data-tone=good]").waitFor({ timeout: LONGEST_WAIT_MS });
      await page.locator("#top-products tbody tr").first().waitFor({ timeout: LONGEST_WAIT_MS });
    }
    await sleep(CURVES_MS);
    for (const { name, page } of pages) await taken(name, (path) => page.screenshot({ path }));
    const parts = await browser.newPage({ viewport: DESKTOP, colorScheme: "light" });
    await parts.goto(run.url);
    await parts.locator("#sql").scrollIntoViewIfNeeded();
    const text = parts.locator("#sql-text .cm-content");
    await text.fill(FIRST_TEN);
    await text.press("Control+Enter");
    await parts.locator("#sql-answer tbody tr").first().waitFor();
    for (const [name, part] of Object.entries(PARTS)) {
      await taken(name, (path) => parts.locator(part).screenshot({ path }));
    }
  } finally {
    await browser.close();
    await run.stop();
  }
}

/** @throws Error when the picture is larger than a page wants to load */
async function taken(name: string, take: (path: string) => Promise<unknown>): Promise<void> {
  const path = join(IMAGES, `${name}.png`);
  await take(path);
  const { size } = statSync(path);
  process.stdout.write(`${path}: ${Math.round(size / 1_000)} kB\n`);
  if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes; at most ${MOST_BYTES} are wanted`);
}

const { inputFile } = new Command("npm run screenshots --")
  .description("Takes the pictures of the README and the tutorial from the page of a run.")
  .option("--input-file <file>", "rows to show (default: synthetic ones)")
  .parse()
  .opts<{ readonly inputFile?: string }>();

main(inputFile).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
