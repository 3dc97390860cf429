import { request } from "node:http";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "../../benchmarks/support/browser";
import { eventually } from "../../benchmarks/support/eventually";
import { type PageRun, startPageRun } from "../../benchmarks/support/page-run";
import type { Row } from "../../dashboards/rows";
import { type DataPanel, isDataPanel } from "../../dashboards/spec";
import { RETAIL_PANELS } from "../../presets/retail/panels";
import { PageComplaints } from "../support/page-complaints";
import { realFigures } from "../support/real-panels";
import { describeRealRows, readRealRows, realRowsFile, realSums } from "../support/real-rows";
import { isLive, parsed, shownAs, shownCells, shownRows } from "./shown";

/** Away from the ports of a run that somebody has open. */
const FIRST_PORT = "14670";
const ROWS = 14_269;
const DATA_PANELS = RETAIL_PANELS.filter((panel) => isDataPanel(panel));
/** Within which the slowest layer has what was sent, on a busy machine. */
const SETTLED_MS = 300_000;

/** Of texts, by https://www.w3.org/TR/WCAG22/#contrast-minimum */
const LEAST_CONTRAST = 4.5;

/** Of two colours `#rrggbb`, by https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.trim().slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describeRealRows("the page of a run on the real rows", () => {
  let browser: Browser | undefined;
  let run: PageRun | undefined;
  let page: Page;
  let url: string;
  const complaints = new PageComplaints();
  const origins = new Set<string>();

  beforeAll(async () => {
    browser = await startBrowser();
    // Slow at first, so that lines are left for the tests of the rate and the pause.
    const pace = ["--time-scale", "60", "--rate", "40"];
    run = await startPageRun("--port", FIRST_PORT, "--input-file", realRowsFile(), ...pace);
    ({ url } = run);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    complaints.listenTo(page);
    page.on("request", (asked) => origins.add(new URL(asked.url()).origin));
    await page.goto(url);
  });

  afterAll(async () => {
    await browser?.close();
    await run?.stop();
  });

  const textOf = (selector: string): Promise<string> => page.locator(selector).innerText();
  const figureOf = async (selector: string): Promise<number> => parsed(await textOf(selector));

  const cellsOf = (table: string): Promise<string[][]> => shownCells(page, table);
  const rowsOf = (panel: DataPanel): Promise<Row[]> => shownRows(page, panel);

  test("updates while records flow", async () => {
    for (const figure of ["#tile-sent .value", "#tile-speed .value"]) {
      let first = 0;
      await eventually(async () => {
        first = await figureOf(figure);
        expect(first).toBeGreaterThan(0);
      }, SETTLED_MS);
      expect(first).toBeLessThan(ROWS);
      await eventually(async () => expect(await figureOf(figure)).toBeGreaterThan(first), SETTLED_MS);
    }
    // On a busy machine the run may seem to hang for a moment.
    await eventually(async () => expect(await textOf("#status")).toBe("live"));
  });

  test("sets the generator's rate, by keyboard, and refuses one that is too high", async () => {
    const rate = page.locator("#rate-number");
    const enabled = page.locator("#rate-number:enabled");
    await enabled.fill("100000");
    await enabled.press("Enter");
    expect(await page.evaluate("document.querySelector('#rate-number').validity.rangeOverflow")).toBe(true);
    await enabled.fill("200");
    await enabled.press("Enter");
    await page.locator("h1").click();
    await eventually(async () => expect(await rate.inputValue()).toBe("200"));
    await eventually(async () => {
      const out = await figureOf("#part-generator .flow.out .rate");
      expect(out).toBeGreaterThan(100);
    }, SETTLED_MS);
  });

  test("pauses the generator and goes on, by keyboard", async () => {
    const pause = page.locator("#rate-pause");
    await page.locator("#rate-pause:enabled").press("Enter");
    await eventually(async () => expect(await pause.innerText()).toBe("Resume"));
    // What was on its way is acknowledged, and then nothing moves.
    let paused = 0;
    await eventually(async () => {
      paused = await figureOf("#tile-sent .value");
      await page.waitForTimeout(3_000);
      expect(await figureOf("#tile-sent .value")).toBe(paused);
    }, SETTLED_MS);
    expect(paused).toBeLessThan(ROWS);
    await eventually(async () => {
      expect(await textOf("#status")).toMatch(/^live, generator paused since \d\d:\d\d:\d\d$/);
      expect(await textOf("#tile-sent .remark")).toMatch(/^lines, paused since \d\d:\d\d:\d\d$/);
    });
    await page.locator("#rate-pause:enabled").press("Enter");
    await eventually(async () => {
      expect(await figureOf("#tile-sent .value")).toBeGreaterThan(paused);
    }, SETTLED_MS);
    await page.locator("#rate-number:enabled").fill("1000");
    await page.locator("#rate-number:enabled").press("Enter");
  });

  test("has every line in both layers in the end", async () => {
    await eventually(async () => expect(await figureOf("#tile-sent .value")).toBe(ROWS), SETTLED_MS);
    await eventually(async () => expect(await figureOf("#tile-speed .value")).toBe(ROWS), SETTLED_MS);
    await eventually(async () => expect(await figureOf("#tile-batch .value")).toBe(ROWS), SETTLED_MS);
    expect(await figureOf("#tile-quarantine .value")).toBe(0);
  });

  const figures = DATA_PANELS.filter(({ chart }) => chart !== "table");
  test.each(figures.map((panel): [string, DataPanel] => [panel.id, panel]))(
    "%s shows the CSV's figures",
    async (id, panel) => {
      const wanted = (realFigures()[id] ?? []).map((row) => shownAs(panel, row));
      expect(wanted.length).toBeGreaterThan(0);
      await eventually(async () => expect(await rowsOf(panel)).toEqual(wanted), SETTLED_MS);
    },
  );

  test("the latest transactions are the CSV's", async () => {
    const [panel] = DATA_PANELS.filter(({ chart }) => chart === "table");
    if (!panel) throw new Error("no panel is a table");
    const dates = (realFigures()[panel.id] ?? []).map((row) => row["InvoiceDate"]);
    await eventually(async () => {
      expect((await rowsOf(panel)).map((row) => row["InvoiceDate"])).toEqual(dates);
    }, SETTLED_MS);
    // Lines of the same second come from several shards, so which of them are shown is open.
    const known = new Set(
      readRealRows().map((row) => {
        const { Quantity, Price, ...texts } = row;
        return JSON.stringify(shownAs(panel, { ...texts, Quantity: Number(Quantity), Price: Number(Price) }));
      }),
    );
    for (const row of await rowsOf(panel)) expect(known).toContain(JSON.stringify(row));
  });

  test("reconciles by hour and layer", async () => {
    await eventually(
      async () => expect(await textOf("#tile-verdict .value")).toBe("✓ All agree"),
      SETTLED_MS,
    );
    await eventually(async () => {
      const rows = await cellsOf("#reconciliation");
      const sums = [1, 2, 3, 4].map((at) => rows.reduce((sum, cells) => sum + parsed(cells[at] ?? ""), 0));
      expect(sums).toEqual([ROWS, ROWS, ROWS, ROWS]);
    }, SETTLED_MS);
  });

  test("each panel says which layer answered, of when that is, and how many lines it lacks", async () => {
    for (const panel of DATA_PANELS) {
      const layer = panel.layer === "speed" ? "Speed layer" : "Batch layer";
      expect(await textOf(`#${panel.id} .badge`)).toBe(layer);
      // Every line is there: a layer is behind by none.
      await eventually(async () => {
        expect(await textOf(`#${panel.id} .freshness`)).toMatch(/^as of \d\d:\d\d:\d\d, 0 missing$/);
      }, SETTLED_MS);
    }
  });

  test("the panels of a layer, and its tile, are of one moment", async () => {
    // A reading comes to the panels at once, and to the tiles with the next second.
    for (const layer of ["speed", "batch"] as const) {
      const ids = DATA_PANELS.filter((panel) => panel.layer === layer).map(({ id }) => `#${id} .freshness`);
      const selectors = JSON.stringify([...ids, `#tile-${layer} .remark`]);
      await eventually(async () => {
        const texts = await page.evaluate<string[]>(
          `${selectors}.map((one) => document.querySelector(one).innerText)`,
        );
        expect(new Set(texts).size).toBe(1);
      });
    }
  });

  describe("SQL console", () => {
    async function ask(sql: string): Promise<void> {
      await page.locator("#sql").scrollIntoViewIfNeeded();
      const text = page.locator("#sql-text .cm-content");
      await text.fill(sql);
      await text.press("Control+Enter");
      await eventually(async () => expect(await page.locator("#sql-run").isEnabled()).toBe(true), 30_000);
    }

    test("answers", async () => {
      await ask(
        "SELECT country, count(*) AS lines FROM retail_trans_json GROUP BY country ORDER BY lines DESC",
      );
      const lines = new Map(Object.entries(realSums()).map(([country, { rows }]) => [country, String(rows)]));
      expect(
        new Map((await cellsOf("#sql-answer")).map(([country = "", count = ""]) => [country, count])),
      ).toEqual(lines);
    });

    test.each([
      "DROP TABLE retail_trans_json",
      "INSERT INTO retail_trans_json SELECT * FROM retail_trans_json",
    ])("refuses %s", async (sql) => {
      await ask(sql);
      expect(await textOf("#sql-problem")).toMatch(
        /^REFUSED: (DROP TABLE|INSERT) is refused: this console only reads/,
      );
      expect(await page.locator("#sql-answer table").count()).toBe(0);
    });

    test("shows an error as Athena words it", async () => {
      await ask("SELECT nothing FROM retail_trans_json");
      expect(await textOf("#sql-problem")).toMatch(/^FAILED: COLUMN_NOT_FOUND: .*nothing/);
    });
  });

  test("is used by keyboard", async () => {
    await page.goto(url);
    await isLive(page);
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").innerText()).toBe("Skip to the figures");
    await page.keyboard.press("Enter");
    expect(await page.locator(":focus").getAttribute("id")).toBe("figures-title");
    await page.locator("#about", { hasText: "Days are UTC, money is £." }).waitFor();
    const chart = page.locator("#revenue-over-time .chart-frame");
    await chart.waitFor();
    await chart.focus();
    await page.keyboard.press("Home");
    const first = realFigures()["revenue-over-time"]?.[0];
    const readout = page.locator("#revenue-over-time-readout");
    expect(await readout.locator(".when").innerText()).toBe(first?.["InvoiceDate"]);
    expect(parsed(await readout.locator("strong").innerText())).toBe(first?.["revenue"]);
  });

  test("every control is reached by Tab, and seen when it is", async () => {
    // The SQL editor is loaded when its section is seen.
    await page.locator("#sql").scrollIntoViewIfNeeded();
    await page.locator("#sql-text .cm-content").waitFor();
    await eventually(async () => {
      await isLive(page);
      const reached: string[] = [];
      const walkEnds = (): boolean => reached.filter((name) => name === "skip").length === 2;
      while (!walkEnds() && reached.length < 600) {
        await page.keyboard.press("Tab");
        const [name, outline] = await page.evaluate<[string, string]>(`[
          document.activeElement.id || document.activeElement.className || document.activeElement.tagName,
          getComputedStyle(document.activeElement).outlineStyle,
        ]`);
        if (name !== "BODY") expect([name, outline]).toEqual([name, "solid"]);
        reached.push(name);
      }
      expect(walkEnds()).toBe(true);
      expect(reached).toEqual(
        expect.arrayContaining(["chart-frame", "scroll", "compare", "sql-saved", "sql-text", "sql-run"]),
      );
    }, SETTLED_MS);
  });

  test.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
    ["dark", 360],
  ] as const)("fits the screen and stands out, %s, %d pixels wide", async (colorScheme, width) => {
    const screen = await browser?.newPage({ viewport: { width, height: 844 }, colorScheme });
    if (!screen) throw new Error("there is no browser");
    await screen.goto(url);
    await screen.locator("#latest-transactions table").waitFor();
    expect(await screen.evaluate("document.documentElement.scrollWidth")).toBe(width);
    const colours = await screen.evaluate<Record<string, string>>(`Object.fromEntries(
      ["text", "muted", "accent", "good", "bad", "surface", "page"].map((name) =>
        [name, getComputedStyle(document.documentElement).getPropertyValue("--" + name)]))`);
    await screen.close();
    for (const text of ["text", "muted", "accent", "good", "bad"]) {
      for (const ground of ["surface", "page"]) {
        const ratio = contrast(colours[text] ?? "", colours[ground] ?? "");
        expect({ text, ground, isEnough: ratio >= LEAST_CONTRAST }).toEqual({ text, ground, isEnough: true });
      }
    }
  });

  test.each([
    ["Host", { host: "retail.example" }],
    ["Origin", { origin: "https://retail.example" }],
  ])("refuses a foreign %s", async (_, headers) => {
    const status = (sent: Record<string, string>): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asking = request(url, { headers: sent }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asking.on("error", reject).end();
      });
    expect(await status(headers)).toBe(403);
    expect(await status({})).toBe(200);
  });

  test("asks nobody else, and the browser has nothing to complain of", async () => {
    expect([...origins]).toEqual([new URL(url).origin]);
    expect(await complaints.all()).toEqual([]);
  });
});
