import { readFileSync } from "node:fs";
import Papa from "papaparse";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "../../benchmarks/support/browser";
import { eventually } from "../../benchmarks/support/eventually";
import { type PageRun, startPageRun } from "../../benchmarks/support/page-run";
import { type DataPanel, isDataPanel } from "../../dashboards/spec";
import { RETAIL_PANELS } from "../../presets/retail/panels";
import { PageComplaints } from "../support/page-complaints";
import { realFigures } from "../support/real-panels";
import { describeRealRows, readRealRows, realRowsFile } from "../support/real-rows";
import { accessibilityFaults, isLive, parsed, shownAs, shownCells, shownRows } from "./shown";

/** Away from the ports of a run that somebody has open, and of the other tests. */
const FIRST_PORT = "14720";
const ROWS = 14_269;
const SETTLED_MS = 300_000;
const PANELS = RETAIL_PANELS.filter((panel) => isDataPanel(panel));
const FIGURES = PANELS.filter(({ chart }) => chart !== "table");

type CsvRow = Readonly<Record<string, string>>;
type Interval = "hour" | "day" | "month";

const dateOf = (row: CsvRow): string => row["InvoiceDate"] ?? "";
const isIn = (from: string, to: string) => (row: CsvRow) => dateOf(row) >= from && dateOf(row) < to;
const isOf = (country: string) => (row: CsvRow) => row["Country"] === country;

describeRealRows("the view of a page on the real rows", () => {
  let browser: Browser;
  let run: PageRun;
  let page: Page;
  let url: string;
  const complaints = new PageComplaints();

  beforeAll(async () => {
    browser = await startBrowser();
    run = await startPageRun(
      ...["--port", FIRST_PORT, "--input-file", realRowsFile(), "--time-scale", "60", "--rate", "40"],
    );
    ({ url } = run);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    complaints.listenTo(page);
    await page.goto(url);
  });

  afterAll(async () => {
    await browser?.close();
    await run?.stop();
  });

  const go = (fragment: string): Promise<void> =>
    page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
  const fragment = async (): Promise<URLSearchParams> =>
    new URLSearchParams(new URL(page.url()).hash.slice(1));

  /** Waits until every panel shows the figures of these rows of the CSV. */
  async function expectFigures(rows: readonly CsvRow[], interval: Interval): Promise<void> {
    const figures = realFigures(rows, interval);
    expect(rows.length).toBeGreaterThan(0);
    const wanted = (panel: DataPanel) => (figures[panel.id] ?? []).map((row) => shownAs(panel, row));
    await eventually(async () => {
      const shown = await Promise.all(FIGURES.map(async (panel) => [panel.id, await shownRows(page, panel)]));
      expect(Object.fromEntries(shown)).toEqual(
        Object.fromEntries(FIGURES.map((panel) => [panel.id, wanted(panel)])),
      );
      const dates = (await shownCells(page, "#latest-transactions")).map(([date]) => date);
      expect(dates).toEqual((figures["latest-transactions"] ?? []).map((row) => row["InvoiceDate"]));
    }, SETTLED_MS);
  }

  /** The text of the file that a click saves. */
  async function saved(button: string): Promise<string> {
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(button).click()]);
    return readFileSync(await download.path(), "utf8");
  }

  test("while lines arrive, what is read stays, and a screen reader is not told", async () => {
    const chart = page.locator("#quantity-and-price-by-invoice-date .chart-frame");
    await chart.waitFor({ timeout: SETTLED_MS });
    await chart.focus();
    await page.keyboard.press("Home");
    const readout = page.locator("#quantity-and-price-by-invoice-date-readout");
    const first = await readout.locator(".when").innerText();
    expect(first).toMatch(/^20\d\d-\d\d-\d\d$/);
    await page.evaluate(`
      window.told = [];
      for (const region of document.querySelectorAll("[aria-live], [role=status], [role=alert], [role=log]"))
        new MutationObserver(() => window.told.push(region.id === "problems" ? region.innerText : region.id)).observe(region, { childList: true, characterData: true, subtree: true });
    `);
    const sent = () => page.locator("#figures dd").last().innerText();
    const before = parsed(await sent());
    await eventually(async () => expect(parsed(await sent())).toBeGreaterThan(before), SETTLED_MS);
    expect(before).toBeLessThan(ROWS);
    // On a busy machine the run may seem to hang for a moment, or a merge be faster than a reading: both are told.
    const told = await page.evaluate<string[]>("window.told");
    const isToBeTold = (text: string): boolean =>
      ["", "status", "stopped"].includes(text) || text.includes("was merged anew while it was read");
    expect(told.filter((text) => !isToBeTold(text))).toEqual([]);
    expect(await readout.locator(".when").innerText()).toBe(first);
    expect(await page.evaluate("document.activeElement.className")).toBe("chart-frame");
    await page.keyboard.press("Escape");
    expect(await readout.locator(".when").innerText()).toBe("In all");
    await page.locator("#rate-number:enabled").fill("1000");
    await page.locator("#rate-number:enabled").press("Enter");
  });

  test("has every line in both layers", async () => {
    for (const layer of ["speed", "batch"])
      await eventually(async () => {
        expect(parsed(await page.locator(`#tile-${layer} .value`).innerText())).toBe(ROWS);
      }, SETTLED_MS);
    await expectFigures(readRealRows(), "day");
    expect(await page.locator("#view-anchor").innerText()).toMatch(
      /^Ranges end with the newest line, 2010-12-09 14:55:00, [\d,]+ days ago\.$/,
    );
  });

  test.each<[string, Interval, (row: CsvRow) => boolean]>([
    ["range=24h", "hour", isIn("2010-12-08 15:00:00", "2010-12-09 15:00:00")],
    ["range=30d", "day", isIn("2010-11-10", "2010-12-10")],
    [
      "range=1y&filter.Country=France&filter.Country=Spain",
      "month",
      (row) => isIn("2010-01-01", "2011-01-01")(row) && (isOf("France")(row) || isOf("Spain")(row)),
    ],
    ["filter.Customer_ID=", "day", (row) => row["Customer_ID"] === ""],
    [
      "from=2010-03-01T00:00:00&to=2010-04-01T00:00:00&filter.Description=ROUND+SNACK+BOXES+SET+OF4+WOODLAND+",
      "day",
      (row) =>
        isIn("2010-03-01", "2010-04-01")(row) && row["Description"] === "ROUND SNACK BOXES SET OF4 WOODLAND ",
    ],
    [
      "bar.guests-and-known-customers=Known+customers&filter.Quantity=-1",
      "day",
      (row) => row["Customer_ID"] !== "" && row["Quantity"] === "-1",
    ],
  ])("%s: every panel has the CSV's figures", async (view, interval, isWanted) => {
    await go(view);
    await expectFigures(readRealRows().filter(isWanted), interval);
  });

  test("a fault in the address is said, and no figures of another view are shown", async () => {
    await go("from=2010-04-01T00:00:00&to=2010-03-01T00:00:00");
    await eventually(async () =>
      expect(await page.locator("#view-problem").innerText()).toBe(
        'from is "2010-04-01 00:00:00", and to is "2010-03-01 00:00:00": to must be later',
      ),
    );
    // Each layer refuses it by itself.
    await eventually(async () => expect(await page.locator("#panels dd, #panels td").count()).toBe(0));
    await go("");
    await expectFigures(readRealRows(), "day");
    expect(await page.locator("#view-problem").isVisible()).toBe(false);
  });

  test("a drag over a chart is a range; Back, Escape and a double click undo it", async () => {
    const over = page.locator("#revenue-over-time .u-over");
    const drag = async (): Promise<void> => {
      await over.scrollIntoViewIfNeeded();
      const box = await over.boundingBox();
      if (box === null) throw new Error("the chart has no size");
      await page.mouse.move(box.x + box.width * 0.4, box.y + 60);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.5, box.y + 70, { steps: 4 });
      await page.mouse.up();
    };
    const undone = async (undo: () => Promise<unknown>): Promise<void> => {
      await drag();
      await eventually(async () => expect((await fragment()).has("from")).toBe(true));
      await undo();
      await eventually(async () => expect((await fragment()).has("from")).toBe(false));
    };
    await drag();
    await eventually(async () => expect((await fragment()).has("from")).toBe(true));
    const [from = "", to = ""] = [(await fragment()).get("from"), (await fragment()).get("to")].map((text) =>
      String(text).replace("T", " "),
    );
    expect(from).toMatch(/^2010-0[45]-\d\d 00:00:00$/);
    expect(to).toMatch(/^2010-0[56]-\d\d 00:00:00$/);
    await expectFigures(readRealRows().filter(isIn(from, to)), "day");
    expect(await page.locator("#view-from").inputValue()).toContain(from.slice(0, 10));
    await page.goBack();
    await expectFigures(readRealRows(), "day");
    await page.goForward();
    await expectFigures(readRealRows().filter(isIn(from, to)), "day");
    await page.goBack();
    await expectFigures(readRealRows(), "day");
    await undone(() => over.dblclick({ position: { x: 20, y: 20 } }));
    await undone(() => page.locator("#revenue-over-time .chart-frame").press("Escape"));
  });

  test("a bar filters the panels, and shows its lines; their journeys leave the view as it is", async () => {
    await go("");
    await page.locator("#revenue-by-country tr", { hasText: "France" }).getByText("Filter").click();
    const french = readRealRows().filter(isOf("France"));
    await expectFigures(french, "day");
    expect((await fragment()).getAll("filter.Country")).toEqual(["France"]);
    const bar = page.locator("#cancelled-lines tbody tr", { hasText: "2010-09-01" });
    const count = parsed(await bar.locator("td").first().innerText());
    await bar.getByText("Lines", { exact: true }).click();
    const cancelled = french.filter(
      (row) => isIn("2010-09-01", "2010-10-01")(row) && (row["Invoice"] ?? "").startsWith("C"),
    );
    expect(cancelled).toHaveLength(count);
    await eventually(async () => {
      expect(await page.locator("#lines-remark").innerText()).toMatch(
        new RegExp(`^${count} lines, speed layer`),
      );
    });
    const rows = await shownCells(page, "#lines");
    const invoices = (found: readonly (string | undefined)[]) => [...found].sort();
    expect(invoices(rows.map((cells) => cells[1]))).toEqual(invoices(cancelled.map((row) => row["Invoice"])));
    await page.locator("#lines tbody a").first().click();
    await eventually(async () => expect((await fragment()).get("journey")).toMatch(/^\S+$/));
    const keys = await fragment();
    expect(keys.getAll("filter.Country")).toEqual(["France"]);
    await eventually(async () => expect(await page.locator("#lines").isVisible()).toBe(false));
    await page.locator(".chip button").click();
    await expectFigures(readRealRows(), "day");
  });

  test("the lines of a bar with more than can be listed are the newest, and so many", async () => {
    await go("");
    await page.locator("#figures").getByText("Lines", { exact: true }).last().click();
    await eventually(async () => {
      expect(await page.locator("#lines-remark").innerText()).toMatch(/^the newest 200 of 14,269 lines/);
    });
    const newest = readRealRows().map(dateOf).sort().reverse().slice(0, 200);
    expect((await shownCells(page, "#lines")).map(([date]) => date)).toEqual(newest);
    await page.keyboard.press("Escape");
    expect(await page.locator("#lines").isVisible()).toBe(false);
  });

  test("a panel's CSV is what the panel shows", async () => {
    await go("range=30d&filter.Country=France");
    const rows = readRealRows().filter((row) => isOf("France")(row) && isIn("2010-11-10", "2010-12-10")(row));
    await expectFigures(rows, "day");
    const figures = realFigures(rows, "day");
    for (const [id, header] of [
      ["top-products", ["Description", "Revenue"]],
      ["revenue-over-time", ["InvoiceDate", "Revenue"]],
      ["guests-and-known-customers", ["Kind of customer", "Revenue", "Share of Revenue", "Lines"]],
    ] as const) {
      const text = await saved(`#${id} header button`);
      const wanted = (figures[id] ?? []).map((row) => Object.values(row).map(String));
      expect(Papa.parse<string[]>(text, { newline: "\r\n", skipEmptyLines: true }).data).toEqual([
        [...header],
        ...wanted,
      ]);
    }
  });

  test("is used by keyboard: a range, a typed filter, a value of a chart, its lines", async () => {
    await go("");
    await isLive(page);
    await page.locator("[data-range='90d']").focus();
    await page.keyboard.press("Enter");
    const inRange = readRealRows().filter(isIn("2010-09-11", "2010-12-10"));
    await expectFigures(inRange, "day");
    await isLive(page);
    await page.locator("#view-value").focus();
    await page.keyboard.type("fra");
    await eventually(async () => {
      const options = await page
        .locator("#view-values option")
        .evaluateAll((all) => all.map((one) => one.getAttribute("value")));
      expect(options).toEqual(["France"]);
    });
    await isLive(page);
    await page.locator("#view-value").fill("France");
    await page.keyboard.press("Enter");
    const announced = (text: string): Promise<void> =>
      eventually(async () => expect(await page.locator("#announcement").innerText()).toBe(text));
    await announced("Only Country France");
    const rows = inRange.filter(isOf("France"));
    await expectFigures(rows, "day");
    await page.locator("#quantity-and-price-by-invoice-date .chart-frame").focus();
    await page.keyboard.press("End");
    const last = realFigures(rows)["quantity-and-price-by-invoice-date"]?.at(-1);
    await announced(`${last?.["InvoiceDate"]}: ${Number(last?.["quantity"]).toLocaleString("en")} quantity`);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    const day = rows.filter((row) => dateOf(row).startsWith(String(last?.["InvoiceDate"])));
    await eventually(async () => {
      expect(await page.locator("#lines-remark").innerText()).toMatch(new RegExp(`^${day.length} lines`));
    });
    await page.keyboard.press("Escape");
    await isLive(page);
    await page.locator("#view-from").fill("2010-12-01T00:00:00");
    await page.locator("#view-from").press("Enter");
    await expectFigures(rows.filter(isIn("2010-12-01", "2010-12-10")), "day");
  });

  test.each(["light", "dark"] as const)(
    "axe finds nothing, %s, also with the lines of a bar open",
    async (colorScheme) => {
      const screen = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme });
      await screen.goto(`${url}/#range=30d&filter.Country=France`);
      await screen.locator("#top-products tbody tr").first().waitFor();
      expect(await accessibilityFaults(screen)).toEqual([]);
      await screen.locator("#revenue-by-country").getByText("Lines", { exact: true }).first().click();
      await screen.locator("#lines tbody tr").first().waitFor();
      expect(await accessibilityFaults(screen)).toEqual([]);
      await screen.close();
    },
  );

  test("the browser has nothing to complain of", async () => {
    expect(await complaints.all()).toEqual([]);
  });
});
