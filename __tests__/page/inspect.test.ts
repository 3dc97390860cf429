import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import Papa from "papaparse";
import type { Browser, Page } from "playwright-core";
import { startBrowser } from "../../benchmarks/support/browser";
import { eventually } from "../../benchmarks/support/eventually";
import { type PageRun, startPageRun } from "../../benchmarks/support/page-run";
import { encodeRecordId } from "../../contract/record-id";
import { PAGE_ENTRIES } from "../../local/page/quarantine";
import { ZONES } from "../../modules/batch/zones";
import { PageComplaints } from "../support/page-complaints";
import { describeRealRows, readRealRows } from "../support/real-rows";
import { isLive } from "./shown";

/** Away from the ports of a run that somebody has open, and from the other suites'. */
const FIRST_PORT = 14_630;
const REAL_ROWS = 500;
const NOT_JSON = PAGE_ENTRIES + 5;
/** Within which the slowest layer has what was sent, on a busy machine. */
const SETTLED_MS = 120_000;
/** What a producer may send to lead a reader astray: not UTF-8, and a character that turns the direction of text. */
const NOT_UTF8 = Buffer.concat([
  Buffer.from('{"Invoice":"\u202e'),
  Buffer.from([0xff, 0xfe]),
  Buffer.from('"}'),
]);

/** Real rows as JSON lines, and lines that break the contract. */
function inputLines(): Buffer {
  const rows = readRealRows().slice(0, REAL_ROWS);
  const good = rows.map(({ Quantity, Price, ...texts }) =>
    JSON.stringify({ ...texts, Quantity: Number(Quantity), Price: Number(Price) }),
  );
  const bad = Array.from({ length: NOT_JSON }, (_, at) => `{"Invoice":"cut-${at}"`);
  return Buffer.concat([
    Buffer.from(`${[...good, ...bad, '{"Invoice":"only"}'].join("\n")}\n`),
    NOT_UTF8,
    Buffer.from("\n"),
  ]);
}

describeRealRows("the page's inspection of a run on real rows", () => {
  let browser: Browser;
  let run: PageRun;
  let page: Page;
  let folder: string;
  const complaints = new PageComplaints();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "inspect-"));
    const file = join(folder, "lines.jsonl");
    writeFileSync(file, inputLines());
    browser = await startBrowser();
    const pace = ["--time-scale", "60", "--rate", "200", "--max-bad-rows", "100"];
    run = await startPageRun("--port", String(FIRST_PORT), "--input-file", file, ...pace);
    page = await opened("");
    await eventually(
      async () => expect(await textOf("#tile-batch .value")).toMatch(new RegExp(`^${REAL_ROWS}\\b`)),
      SETTLED_MS,
    );
    await eventually(
      async () => expect(await textOf("#tile-speed .value")).toMatch(new RegExp(`^${REAL_ROWS}\\b`)),
      SETTLED_MS,
    );
    await eventually(
      async () => expect(await textOf("#tile-quarantine .value")).toMatch(new RegExp(`^${NOT_JSON + 2}\\b`)),
      SETTLED_MS,
    );
  });

  afterAll(async () => {
    await browser?.close();
    await run?.stop();
    rmSync(folder, { recursive: true });
  });

  async function opened(hash: string): Promise<Page> {
    const fresh = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    complaints.listenTo(fresh);
    await fresh.goto(`${run.url}${hash}`);
    return fresh;
  }

  const textOf = (selector: string): Promise<string> => page.locator(selector).innerText();

  function cellsOf(table: string): Promise<string[][]> {
    const rows = `[...document.querySelectorAll(${JSON.stringify(`${table} tbody tr`)})]`;
    return page.evaluate(`${rows}.map(({ cells }) => [...cells].map(({ innerText }) => innerText.trim()))`);
  }

  /** The texts of the journey's steps, by place. */
  async function stepsOf(of: Page): Promise<Readonly<Record<string, string>>> {
    const entries = await of.evaluate<[string, string][]>(
      `[...document.querySelectorAll("#journey-answer .steps li")].map((li) => [li.dataset.place, li.innerText])`,
    );
    return Object.fromEntries(entries);
  }

  /** Asks for a journey, by keyboard. */
  async function follow(wanted: string): Promise<void> {
    await isLive(page);
    await page.locator("#journey-wanted").fill(wanted);
    await page.keyboard.press("Enter");
  }

  async function ask(sql: string): Promise<void> {
    await isLive(page);
    const text = page.locator("#sql-text .cm-content");
    await page.locator("#sql").scrollIntoViewIfNeeded();
    await text.fill(sql);
    await text.press("Control+Enter");
    await eventually(async () => expect(await page.locator("#sql-run").isEnabled()).toBe(true));
  }

  describe("a line's journey", () => {
    let stockCode: string | undefined;
    let recordId: string;

    beforeAll(() => {
      stockCode = readRealRows()[0]?.["StockCode"];
    });

    test("is found by a column's value, and followed by keyboard", async () => {
      await follow(`stockcode=${stockCode}`);
      const links = page.locator("#journey-answer a.identity");
      await links.first().waitFor();
      const wanted = readRealRows()
        .slice(0, REAL_ROWS)
        .filter((row) => row["StockCode"] === stockCode);
      expect(await links.count()).toBe(wanted.length);
      recordId = await links.last().innerText();
      await links.last().focus();
      await page.keyboard.press("Enter");
      await page.locator("#journey-answer .steps").waitFor();
      await page.locator("#journey-title:focus").waitFor();
    });

    test("has each place, with the times between", async () => {
      const steps = await stepsOf(page);
      expect(Object.keys(steps)).toEqual(["stream", "raw zone", "Parquet", "index"]);
      expect(steps["stream"]).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\s+accepted by the contract/);
      expect(steps["raw zone"]).toMatch(/s after its arrival\s+s3:\/\/\S+\/json-data\/\S+ \([\d,]+ bytes\)/);
      expect(steps["Parquet"]).toMatch(
        / after its arrival, .* after the raw object\s+s3:\S+[\s\S]*merge run \S+/,
      );
      expect(steps["index"]).toContain(`/_doc/${recordId}`);
      expect(JSON.parse(await textOf("#journey-answer .original"))).toMatchObject({
        Invoice: expect.any(String),
        StockCode: stockCode,
      });
      expect(JSON.parse(await textOf("#journey-answer .document"))).toMatchObject({
        StockCode: stockCode,
      });
    });

    test("is in the address, beside what others keep there", async () => {
      await page.evaluate(`location.hash = "#other=kept&journey=${recordId}"`);
      await follow("Quantity=no");
      await eventually(async () => {
        expect(await textOf("#journey-problem")).toBe("Quantity=no: a whole number is wanted");
      });
      expect(new URLSearchParams(new URL(page.url()).hash.slice(1)).get("other")).toBe("kept");
      await page.goBack();
      await page.locator("#journey-answer .steps").waitFor();
      await page.locator("#journey-problem").waitFor({ state: "hidden" });
    });

    test("is opened by its address", async () => {
      const fresh = await opened(`#journey=${recordId}`);
      await fresh.locator("#journey-answer .steps").waitFor();
      expect((await stepsOf(fresh))["index"]).toContain(recordId);
      await fresh.close();
    });

    test("of a line that no place has says so", async () => {
      const position = { shardId: "shardId-000000000000", sequenceNumber: "7", line: 0 };
      await follow(encodeRecordId(position));
      await eventually(async () => {
        expect(await textOf("#journey-status")).toMatch(
          /^no place has a line of this identity, as of \d\d:\d\d:\d\d$/,
        );
      });
      expect((await stepsOf(page))["raw zone"]).toContain("not in the table");
      expect(await textOf("#journey-answer")).toContain("The bytes of the line are not known");
    });

    test("of neither an identity nor a value is refused", async () => {
      await follow("nonsense");
      await eventually(async () => {
        expect(await textOf("#journey-problem")).toBe('"nonsense" is neither a record_id nor COLUMN=VALUE');
      });
    });
  });

  describe("the quarantine", () => {
    test("has the table's figures by reason and layer", async () => {
      await page.locator("#quarantine").scrollIntoViewIfNeeded();
      const sort = (rows: string[][]): string[] => rows.map((row) => row.join(" ")).sort();
      const wanted = sort(
        ["batch", "speed"].flatMap((layer) => [
          ["missing_field", layer, "1"],
          ["not_json", layer, String(NOT_JSON)],
          ["not_utf8", layer, "1"],
        ]),
      );
      // The line of one layer is in quarantine before the other's.
      await eventually(async () => {
        await ask(
          `SELECT reason, layer, count(DISTINCT record_id) AS n FROM retail_trans_quarantine GROUP BY 1, 2`,
        );
        expect(sort(await cellsOf("#sql-answer"))).toEqual(wanted);
      }, SETTLED_MS);
      await page.locator("#quarantine-refresh:enabled").press("Enter");
      const counted = new RegExp(`^${NOT_JSON + 2} lines, as of \\d\\d:\\d\\d:\\d\\d$`);
      await eventually(async () => {
        expect(sort(await cellsOf("#quarantine-counts"))).toEqual(wanted);
        expect(await textOf("#quarantine-status")).toMatch(counted);
      });
    });

    test("lists the newest of a reason page by page, by keyboard", async () => {
      await page.locator('[data-reason="speed not_json"]:enabled').press("Enter");
      await eventually(async () => {
        expect(await cellsOf("#quarantine-rows")).toHaveLength(PAGE_ENTRIES);
      });
      const newest = await cellsOf("#quarantine-rows");
      await page.locator("#quarantine-older:enabled").press("Enter");
      await eventually(async () => {
        expect(await cellsOf("#quarantine-rows")).toHaveLength(NOT_JSON - PAGE_ENTRIES);
      });
      const older = await cellsOf("#quarantine-rows");
      expect(await page.locator("#quarantine-older").isDisabled()).toBe(true);
      const lines = [...newest, ...older].map((cells) => cells[4]);
      expect(new Set(lines)).toEqual(
        new Set(Array.from({ length: NOT_JSON }, (_, at) => `{"Invoice":"cut-${at}"`)),
      );
      const times = [...newest, ...older].map(([arrivedAt]) => arrivedAt);
      expect(times).toEqual([...times].sort().reverse());
      await page.locator("#quarantine-newest:enabled").press("Enter");
      await eventually(async () => expect(await cellsOf("#quarantine-rows")).toEqual(newest));
    });

    test("shows bytes that are no text as they are, and leads to the line's journey", async () => {
      await page.locator('[data-reason="batch not_utf8"]:enabled').press("Enter");
      await eventually(async () => expect(await cellsOf("#quarantine-rows")).toHaveLength(1));
      const shown = '{"Invoice":"\\u{202e}\\xff\\xfe"}';
      const [[, recordId = "", , bytes, line] = []] = await cellsOf("#quarantine-rows");
      expect([bytes, line]).toEqual([String(NOT_UTF8.length), shown]);
      await page.locator("#quarantine-rows a.identity").press("Enter");
      await eventually(async () => expect(await textOf("#journey-answer")).toContain(recordId));
      const steps = await stepsOf(page);
      expect(steps["stream"]).toContain("refused by the contract: not_utf8: ");
      expect(steps["raw zone"]).toContain("no: the line was refused");
      for (const layer of ["batch", "speed"]) {
        expect(steps["quarantine"]).toContain(`${layer} layer: not_utf8: the line is not valid UTF-8`);
      }
      expect(await textOf("#journey-answer .original")).toBe(shown);
    });
  });

  test("a discarded batch is redriven after a confirmation, and its line is then in the index", async () => {
    const [row] = readRealRows();
    const { Quantity, Price, ...texts } = row ?? {};
    const line = JSON.stringify({ ...texts, Quantity: Number(Quantity), Price: Number(Price) });
    const position = { shardId: "shardId-000000000000", sequenceNumber: "1", line: 0 };
    const recordId = encodeRecordId(position);
    const functionName = await textOf("#part-upsert-to-es .name");
    const kinesis = {
      partitionKey: "a",
      sequenceNumber: position.sequenceNumber,
      data: Buffer.from(line).toString("base64"),
      approximateArrivalTimestamp: Date.now() / 1_000,
    };
    const record = { kinesis, eventSource: "aws:kinesis", eventID: `${position.shardId}:1` };
    const [, bucket = ""] = /s3:\/\/([^/]+)\//.exec(await textOf("#journey-answer .steps")) ?? [];
    const s3 = new S3Client({
      endpoint: `http://127.0.0.1:${FIRST_PORT + 1}`,
      region: "eu-west-1",
      forcePathStyle: true,
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `${ZONES.onFailure}mapping/${position.shardId}/2026/11/29/x`,
        Body: JSON.stringify({
          requestContext: {
            functionArn: `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}`,
            condition: "RetryAttemptsExhausted",
          },
          KinesisBatchInfo: { batchSize: 1 },
          payload: JSON.stringify({ Records: [record] }),
        }),
      }),
    );
    s3.destroy();

    await page.locator("#quarantine-refresh:enabled").press("Enter");
    await eventually(async () => {
      expect(await textOf("#discarded-status")).toBe("1 line in discarded batches");
    });
    await page.locator("#discarded-lines a").press("Enter");
    await eventually(async () => {
      expect((await stepsOf(page))["discarded"]).toContain("RetryAttemptsExhausted");
    });
    expect((await stepsOf(page))["index"]).toContain("not there");

    // A redrive that is not confirmed does nothing.
    await page.locator("#redrive:enabled").press("Enter");
    await page.locator("#redrive-dialog[open]").waitFor();
    expect(await textOf("#redrive-plan")).toBe("would be redriven: 1 object with 1 record");
    await page.keyboard.press("Escape");
    const refreshed = page.waitForResponse((answer) => answer.url().endsWith("/quarantine"));
    await page.locator("#quarantine-refresh:enabled").press("Enter");
    expect(await (await refreshed).json()).toMatchObject({ discarded: { lines: 1 } });

    await page.locator("#redrive:enabled").press("Enter");
    await page.locator("#redrive-dialog[open]").waitFor();
    await page.locator("#redrive-confirm:enabled").press("Enter");
    await eventually(async () => {
      expect(await textOf("#redrive-result")).toBe(
        "redriven: 1 object with 1 record; the objects are deleted",
      );
    });
    await eventually(async () => {
      expect(await textOf("#discarded-status")).toBe("No line is in a discarded batch.");
      expect((await stepsOf(page))["discarded"]).toBeUndefined();
    });
    // A document is found after the index's next refresh.
    await eventually(async () => {
      await page.locator("#journey-form button").press("Enter");
      await page.locator("#journey-status", { hasText: "as of" }).waitFor();
      const steps = await stepsOf(page);
      expect(steps["index"]).toContain(`/_doc/${recordId}`);
    });
  });

  describe("the SQL console", () => {
    const text = (): Promise<string> =>
      page.evaluate(`document.querySelector("#sql-text").shadowRoot.querySelector(".cm-content").innerText`);

    const focused = (): Promise<string> => page.evaluate("document.activeElement.id");

    test("is loaded when it comes into view, and not before", async () => {
      const fresh = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      const scripts: string[] = [];
      fresh.on("request", (asked) => scripts.push(new URL(asked.url()).pathname));
      await fresh.goto(run.url);
      await isLive(fresh);
      const isEditor = (path: string): boolean => path.startsWith("/editor-");
      expect(scripts.filter(isEditor)).toEqual([]);
      await fresh.locator("#sql-saved").focus();
      await fresh.locator("#sql-text .cm-content").waitFor();
      expect(scripts.filter(isEditor)).toHaveLength(1);
      await fresh.close();
    });

    test("marks the place of an error", async () => {
      await ask("SELECT country,\n  nothing FROM retail_trans_json");
      expect(await textOf("#sql-problem")).toMatch(/^FAILED: COLUMN_NOT_FOUND: .*nothing/);
      expect(await page.locator("#sql-text .cm-error-place").innerText()).toBe("nothing");
      await page.locator("#sql-text .cm-content").press("End");
      await page.keyboard.type(" ");
      expect(await page.locator("#sql-text .cm-error-place").count()).toBe(0);
    });

    test("keeps the statements that were run, and forgets them when asked to", async () => {
      await ask("SELECT 1 AS one");
      await ask("SELECT 2 AS two");
      await page.reload();
      await isLive(page);
      await page.locator("#sql-saved").focus();
      await page.locator("#sql-text .cm-content").waitFor();
      const options = await page.locator("#sql-history option").allInnerTexts();
      expect(options.slice(1, 3)).toEqual(["SELECT 2 AS two", "SELECT 1 AS one"]);
      await page.locator("#sql-history").selectOption({ label: "SELECT 1 AS one" });
      expect(await text()).toBe("SELECT 1 AS one");
      await page.locator("#sql-history-clear").press("Enter");
      await eventually(async () => expect(await page.locator("#sql-history").isDisabled()).toBe(true));
      expect(await page.evaluate("localStorage.length")).toBe(0);
    });

    test("saves the answer as CSV", async () => {
      await ask(
        `SELECT country, NULL AS nothing, '' AS empty, 'a "b", c' AS text FROM retail_trans_json LIMIT 3`,
      );
      const downloading = page.waitForEvent("download");
      await page.locator("#sql-csv").press("Enter");
      const file = join(folder, "answer.csv");
      await (await downloading).saveAs(file);
      const saved = readFileSync(file, "utf8");
      const { data } = Papa.parse<string[]>(saved.trimEnd());
      expect(data[0]).toEqual(["country", "nothing", "empty", "text"]);
      expect(data.slice(1)).toEqual(
        (await cellsOf("#sql-answer")).map(([country]) => [country, "", "", 'a "b", c']),
      );
      expect(saved).toContain(',,"","a ""b"", c"\n');
    });

    test("has the tables with their columns, and inserts their names", async () => {
      const table = page.locator('#sql-schema [data-table="retail_trans_json"]');
      await table.locator("summary").press("Enter");
      await ask("DESCRIBE retail_trans_json");
      const rows = (await cellsOf("#sql-answer")).map(([cell = ""]) => cell.split(/\s+/)[0]);
      const columns = await table.locator("li button").allInnerTexts();
      for (const column of columns) expect(rows).toContain(column);
      expect(await table.locator("li:has(.badge) button").allInnerTexts()).toEqual([
        "year",
        "month",
        "day",
        "hour",
      ]);
      await page.locator("#sql-text .cm-content").fill("SELECT ");
      await table.locator("li button", { hasText: /^country$/ }).press("Enter");
      expect(await text()).toBe("SELECT country");
    });

    test("completes tables and columns, and is left by Escape and by Tab", async () => {
      const editor = page.locator("#sql-text .cm-content");
      await editor.fill("");
      await editor.press("Control+End");
      await page.keyboard.type("SELECT * FROM retail_trans_j");
      const option = page.locator("#sql-text .cm-tooltip-autocomplete li", { hasText: "retail_trans_json" });
      await option.first().waitFor();
      // The first Escape closes the completions.
      await page.keyboard.press("Escape");
      expect(await option.count()).toBe(0);
      expect(await focused()).toBe("sql-text");
      await isLive(page);
      await page.keyboard.press("Escape");
      expect(await focused()).toBe("sql-run");
      await editor.focus();
      await page.keyboard.press("Tab");
      expect(await focused()).not.toBe("sql-text");
      await editor.focus();
      await page.keyboard.press("Shift+Tab");
      expect(await focused()).toBe("sql-history-clear");
    });
  });

  test("the browser has nothing to complain of", async () => {
    expect(await complaints.all()).toEqual([]);
  });
});
