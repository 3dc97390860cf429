import type { Browser, Page } from "playwright-core";
import { startBrowser } from "../../benchmarks/support/browser";
import { eventually } from "../../benchmarks/support/eventually";
import { type PageRun, startPageRun } from "../../benchmarks/support/page-run";

/** Away from the ports of a run that somebody has open, and from the other suite's. */
const FIRST_PORT = "14650";
const LINES = 400;
/** 19 % of them. */
const LOST = 76;
/** Within which the slowest layer has what was sent, on a busy machine. */
const SETTLED_MS = 120_000;

/** A document that a search found. */
interface Hit {
  readonly _index: string;
  readonly _id: string;
  readonly _source: { readonly arrived_at: string };
}

describe("a page says no more than the facts", () => {
  let browser: Browser;
  let run: PageRun;
  let page: Page;

  beforeAll(async () => {
    browser = await startBrowser();
    const input = ["--max-count", String(LINES), "--rate", "10"];
    run = await startPageRun("--port", FIRST_PORT, "--time-scale", "30", ...input);
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.addInitScript(`
      window.verdicts = [];
      new MutationObserver(() => {
        const verdict = document.querySelector("#tile-verdict .value")?.textContent;
        if (verdict && verdict !== window.verdicts.at(-1)) window.verdicts.push(verdict);
      }).observe(document, { childList: true, characterData: true, subtree: true });
    `);
    await page.goto(run.url);
  });

  afterAll(async () => {
    await browser?.close();
    await run?.kill();
  });

  const textOf = (selector: string): Promise<string> => page.locator(selector).innerText();
  const toneOf = (tile: string): Promise<string | null> => page.locator(tile).getAttribute("data-tone");

  test("there is a verdict before any line is late, and none before that", async () => {
    await eventually(async () => {
      // Nobody waits until everything is everywhere. On a busy machine lines may really be late in between.
      const verdicts = await page.evaluate<string[]>("window.verdicts");
      expect(verdicts[0]).toBe("Not yet compared");
      expect(verdicts).toContainEqual(expect.stringMatching(/^(On the way|✓ Agree so far)$/));
    }, SETTLED_MS);
  });

  test("a generator that has finished is told from a run that has stopped", async () => {
    await eventually(async () => {
      expect(await textOf("#status")).toMatch(/^live, generator finished since \d\d:\d\d:\d\d$/);
      expect(await textOf("#tile-sent")).toMatch(/^Sent\s+400\s+lines, finished at \d\d:\d\d:\d\d$/);
      expect(await page.locator("#stopped").isVisible()).toBe(false);
    }, SETTLED_MS);
  });

  test("nothing is missing in the end, and all layers agree", async () => {
    for (const layer of ["speed", "batch"]) {
      await eventually(async () => {
        expect(await textOf(`#tile-${layer} .value`)).toBe(`${LINES} lines`);
        expect(await textOf(`#tile-${layer} .remark`)).toMatch(/^as of \d\d:\d\d:\d\d, 0 missing$/);
      }, SETTLED_MS);
    }
    await eventually(async () => {
      expect(await textOf("#tile-verdict .value")).toBe("✓ All agree");
      expect(await textOf("#tile-verdict .remark")).toMatch(/^400 lines, as of/);
    }, SETTLED_MS);
  });

  test("19 % of the lines go missing in a layer that has the newest one: their number, and the age of the oldest", async () => {
    const call = async (method: string, path: string, body?: string) => {
      const answer = await fetch(`${run.searchUrl}${path}`, {
        method,
        ...(body !== undefined && {
          body,
          headers: { "content-type": path === "/_bulk" ? "application/x-ndjson" : "application/json" },
        }),
      });
      expect(answer.status).toBe(200);
      return (await answer.json()) as { readonly hits: { readonly hits: readonly Hit[] } };
    };
    const all = JSON.stringify({ size: LINES, sort: [{ arrived_at: "asc" }] });
    const { hits } = (await call("POST", "/retail*/_search", all)).hits;
    expect(hits).toHaveLength(LINES);
    for (const index of new Set(hits.map(({ _index }) => _index))) await call("DELETE", `/${index}`);
    const kept = hits
      .slice(LOST)
      .flatMap(({ _index, _id, _source }) =>
        [{ index: { _index, _id } }, _source].map((one) => JSON.stringify(one)),
      );
    await call("POST", "/_bulk", `${kept.join("\n")}\n`);
    const arrived = Date.parse(`${(hits[0]?._source.arrived_at ?? "").replace(" ", "T")}Z`);

    const remark = /^as of (\S+), ([\d.]+) (s|min) behind the stream, 76 missing$/;
    await eventually(async () => {
      expect(await textOf("#tile-speed .value")).toBe(`${LINES - LOST} lines`);
      const [, clock = "", age, unit] = remark.exec(await textOf("#tile-speed .remark")) ?? [];
      const today = new Date(arrived).toISOString().slice(0, 10);
      const asOf = Date.parse(`${today}T${clock}Z`);
      const seconds = Number(age) * (unit === "min" ? 60 : 1);
      expect(Math.abs((asOf - arrived) / 1_000 - seconds)).toBeLessThanOrEqual(unit === "min" ? 31 : 1.5);
    }, SETTLED_MS);
    for (const id of ["latest-transactions", "cancellations"]) {
      await eventually(async () => expect(await textOf(`#${id} .freshness`)).toMatch(remark));
    }
    expect(await textOf("#tile-batch .remark")).toMatch(/, 0 missing$/);
    await eventually(async () => {
      expect(await toneOf("#tile-speed")).toBe("bad");
      expect(await textOf("#tile-verdict .value")).toBe("✕ Disagree");
      expect(await textOf("#reconciliation")).toContain(`${LOST} missing in indexed`);
    }, SETTLED_MS);
  });

  test("a run that is killed looks stopped, since when, and nothing goes on", async () => {
    const before = await textOf("#tile-batch .value");
    await run.kill();
    await eventually(async () => {
      expect(await textOf("#status")).toMatch(/^stopped since \d\d:\d\d:\d\d$/);
    }, SETTLED_MS);
    const [since = ""] = /\d\d:\d\d:\d\d/.exec(await textOf("#status")) ?? [];
    expect(await textOf("#stopped")).toContain(`does not answer since ${since}`);
    expect(await textOf("#tile-sent .remark")).toBe(`lines, as of ${since}`);
    expect(await page.title()).toBe("retail-bi · stopped");
    for (const title of ["#pipeline-title", "#figures-title", "#reconciliation-title"]) {
      expect(await textOf(title)).toContain(`as of ${since}`);
    }
    expect(await page.locator(".tile:not([data-tone=none])").count()).toBe(0);
    const saturated = `[...document.querySelectorAll(".tiles, .pipeline, .panels, #reconciliation")]
      .filter((one) => getComputedStyle(one).filter !== "grayscale(1)").length`;
    expect(await page.evaluate(saturated)).toBe(0);
    for (const control of ["#rate-pause", "#rate-number", "#compare", "#sql-run"]) {
      expect(await page.locator(control).isDisabled()).toBe(true);
    }
    expect(await textOf("#tile-batch .value")).toBe(before);
  });
});
