import type { Browser, Page, Request } from "playwright-core";
import { startBrowser } from "../../benchmarks/support/browser";
import { eventually } from "../../benchmarks/support/eventually";
import type { DataPanel, Layer } from "../../dashboards/spec";
import { buildAssets } from "../../local/page/assets";
import { Hub } from "../../local/page/hub";
import type { QuarantineState, RedriveAnswer } from "../../local/page/inspect-state";
import { type Action, HttpError, startPageServer } from "../../local/page/server";
import type {
  LayerState,
  LiveState,
  PanelRows,
  PanelsState,
  Part,
  ReconciliationState,
} from "../../local/page/state";
import { accessibilityFaults } from "./shown";

const LAYERS = ["speed", "batch"] as const satisfies readonly Layer[];
const panelOf = (layer: Layer): DataPanel => ({
  id: `of-${layer}`,
  title: layer,
  layer,
  chart: "headline",
  measures: [{ id: "lines", title: "Lines", factors: [] }],
});
const OVER_TIME: DataPanel = {
  id: "over-time",
  title: "Lines by day",
  layer: "speed",
  chart: "bars",
  measures: [{ id: "lines", title: "Lines", factors: [] }],
  dimension: { kind: "time", field: "at", interval: "day" },
};
const COLUMN = { title: "Lines", holds: "number", isOptional: false } as const;
/** A month whose first day has lines, too. */
const MONTH = "2026-11-01";
const LAST_MS = Date.UTC(2026, 10, 25, 12);

const stateOf = (layer: Layer, lines: number, lastMs = LAST_MS): PanelsState => {
  const eventTimes = { firstMs: Date.parse(MONTH), lastMs };
  const state: LayerState = {
    layer,
    source: layer,
    asOfMs: Date.now(),
    lines,
    version: String(lines),
    eventTimes,
  };
  const headline: PanelRows = { id: `of-${layer}`, rows: [{ lines }] };
  const overTime: PanelRows = { id: OVER_TIME.id, rows: [{ at: MONTH, lines }] };
  return { layer: state, panels: layer === "speed" ? [headline, overTime] : [headline] };
};

type Discarded = NonNullable<QuarantineState["discarded"]>["first"][number];
const DISCARDED: Discarded = { recordId: "a", condition: "RetryAttemptsExhausted", location: "s3://b/c" };

/** A work that a test lets end. */
class Held<T> {
  public readonly result: Promise<T>;
  public end: (value: T) => void = () => undefined;
  public fail: (error: Error) => void = () => undefined;

  public constructor() {
    this.result = new Promise((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
  }
}

describe("the page of a server of which one part fails", () => {
  let browser: Browser;
  let page: Page;
  let hub: Hub;
  let server: Awaited<ReturnType<typeof startPageServer>>;
  let actions: Record<string, Action>;
  let quarantined: number;
  let discarded: number;
  let parts: readonly Part[];
  let seconds: ReturnType<typeof setInterval>;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    hub = new Hub();
    actions = {};
    quarantined = 1;
    discarded = 0;
    parts = [];
    server = await startPageServer({ assets: await buildAssets(), hub, actions });
    hub.publish("dashboard", {
      panels: [...LAYERS.map(panelOf), OVER_TIME].map((panel) => ({
        panel,
        columns: [{ id: "lines", ...COLUMN }],
      })),
      texts: [],
      filters: [{ field: "country", title: "Country" }],
    });
    for (const layer of LAYERS) hub.publish("panels", stateOf(layer, 7), layer);
    live();
    // A page that hears nothing disables its controls.
    seconds = setInterval(live, 1_000);
    page = await browser.newPage();
  });

  afterEach(async () => {
    clearInterval(seconds);
    await page.close();
    await server.close();
  });

  function live(): void {
    const nowMs = Date.now();
    const state: LiveState = {
      nowMs,
      environment: "dev",
      timeScale: 12,
      startedAt: 0,
      settleSeconds: 75,
      quarantine: { asOfMs: nowMs, lines: quarantined },
      discarded,
      generator: { state: "sending", linesPerSecond: 20, most: 1_000, acknowledged: 100, sinceMs: 0 },
      parts,
      layers: [],
      problems: [],
    };
    hub.publish("live", state);
  }

  const toView = (fragment: string): Promise<unknown> =>
    page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
  const shows = (selector: string, text: string): Promise<void> =>
    eventually(async () => expect(await page.locator(`${selector}:visible`).innerText()).toBe(text));
  const quarantineOf = (lines: number, discarded: number): QuarantineState => ({
    asOfMs: Date.now(),
    lines,
    reasons: [],
    discarded: { lines: discarded, first: Array<Discarded>(discarded).fill(DISCARDED) },
  });

  test.each([
    ["speed", "batch"],
    ["batch", "speed"],
  ] as const)(
    "a view that the %s layer cannot answer says so, also after the %s layer has answered",
    async (failing, other) => {
      const answers = { speed: new Held<PanelsState>(), batch: new Held<PanelsState>() };
      actions["/view"] = ({ layer }) => answers[layer === "speed" ? "speed" : "batch"].result;
      await page.goto(`${server.url}/#filter.country=France`);
      await page.locator(`#of-${failing}[data-asking]`).waitFor();
      await shows(`#of-${failing} .freshness`, "asking …");
      expect(await accessibilityFaults(page)).toEqual([]);
      answers[failing].fail(new HttpError(503, `${failing} is away`));
      await shows(`#of-${failing} .problem`, "Not shown: see above.");
      expect(await page.locator(`#of-${failing} .freshness`).innerText()).toBe("");
      answers[other].end(stateOf(other, 3));
      await shows(`#of-${other} dd`, "3");
      await shows("#view-problem", `${failing} is away`);
      expect(await accessibilityFaults(page)).toEqual([]);

      actions["/view"] = async ({ layer }) => stateOf(layer === "speed" ? "speed" : "batch", 4);
      await page.evaluate(`location.hash = "filter.country=Spain"`);
      await shows(`#of-${failing} dd`, "4");
      await page.locator("#view-problem").waitFor({ state: "hidden" });
    },
  );

  test.each<[string, (layer: Layer) => PanelsState]>([
    [
      "one layer",
      (layer) => {
        if (layer === "speed") throw new HttpError(500, "the engine is away");
        return stateOf(layer, 3);
      },
    ],
    [
      "one panel",
      (layer) => ({
        ...stateOf(layer, 3),
        panels: [{ id: `of-${layer}`, rows: [], error: "the engine is away" }],
      }),
    ],
  ])("an error of %s is asked about again, and one of the request is not", async (_, answer) => {
    const asked: string[] = [];
    actions["/view"] = async ({ layer, filters }) => {
      asked.push(`${layer} ${JSON.stringify(filters)}`);
      if (JSON.stringify(filters).includes("nowhere")) throw new HttpError(400, "there is no such country");
      return answer(layer === "speed" ? "speed" : "batch");
    };
    await page.goto(`${server.url}/#filter.country=nowhere`);
    await shows("#of-speed .problem", "Not shown: see above.");
    await page.waitForTimeout(7_000);
    expect(asked.sort()).toEqual(LAYERS.map((layer) => `${layer} {"country":["nowhere"]}`).sort());
    await toView("filter.country=France");
    await page.locator("#of-speed .problem").waitFor();
    actions["/view"] = async ({ layer }) => stateOf(layer === "speed" ? "speed" : "batch", 4);
    await shows("#of-speed dd", "4");
    await page.locator("#view-problem").waitFor({ state: "hidden" });
  });

  test("a view that was left before its answer is asked for again", async () => {
    actions["/view"] = () => new Held<PanelsState>().result;
    await page.goto(`${server.url}/#filter.country=France`);
    await page.locator("#of-speed[data-asking]").waitFor();
    await toView("");
    await shows("#of-speed dd", "7");
    actions["/view"] = async ({ layer }) => stateOf(layer === "speed" ? "speed" : "batch", 3);
    await toView("filter.country=France");
    for (const layer of LAYERS) await shows(`#of-${layer} dd`, "3");
  });

  test("the error of a view is gone with it, before the next one is answered", async () => {
    let held = new Held<PanelsState>();
    actions["/view"] = async ({ layer, filters }) => {
      if (JSON.stringify(filters).includes("Spain")) throw new HttpError(503, "Spain is away");
      await held.result;
      return stateOf(layer === "speed" ? "speed" : "batch", 3);
    };
    held.end(stateOf("speed", 3));
    await page.goto(`${server.url}/#filter.country=France`);
    await shows("#of-speed dd", "3");
    held = new Held();
    await toView("filter.country=Spain");
    for (const layer of LAYERS) await shows(`#of-${layer} .problem`, "Not shown: see above.");
    await toView("filter.country=France");
    for (const layer of LAYERS) await shows(`#of-${layer} .panel-body`, "asking …");
    await page.locator("#view-problem").waitFor({ state: "hidden" });
    held.end(stateOf("speed", 3));
    for (const layer of LAYERS) await shows(`#of-${layer} dd`, "3");
  });

  test("the lines of a bar are those that it shows, also while another view is asked for", async () => {
    const held = new Held<PanelsState>();
    const asked: unknown[] = [];
    actions["/view"] = () => held.result;
    actions["/lines"] = async (body) => {
      asked.push(body["filters"]);
      throw new HttpError(503, "no lines now");
    };
    await page.goto(server.url);
    await shows("#of-speed dd", "7");
    await toView("filter.country=France");
    await page.locator("#of-speed[data-asking]").waitFor();
    await page.locator("#of-speed .headline button").click();
    await eventually(() => expect(asked).toEqual([{}]));
    await page.keyboard.press("Escape");
    held.end(stateOf("speed", 3));
    await shows("#of-speed dd", "3");
    await page.locator("#of-speed .headline button").click();
    await eventually(() => expect(asked).toEqual([{}, { country: ["France"] }]));
  });

  test("a bound that somebody types stays while lines arrive, and when the connection was broken", async () => {
    await page.goto(server.url);
    await shows("#of-speed dd", "7");
    await page.locator("#view-from:enabled").fill("2026-11-03T00:00:00");
    hub.publish("panels", stateOf("speed", 8, LAST_MS + 1_000), "speed");
    await shows("#of-speed dd", "8");
    expect(await page.locator("#view-from").inputValue()).toContain("2026-11-03");
    hub.publish("dashboard", {
      panels: [{ panel: panelOf("speed"), columns: [{ id: "lines", ...COLUMN }] }],
      texts: ["again"],
      filters: [],
    });
    await shows("#about", "again");
    expect(await page.locator("#view-from").inputValue()).toContain("2026-11-03");
  });

  test("a day that is kept is let go when the chart is by month", async () => {
    actions["/view"] = async ({ layer }) => stateOf(layer === "speed" ? "speed" : "batch", 30);
    await page.goto(server.url);
    await page.locator("#over-time .chart-frame").focus();
    await page.keyboard.press("Home");
    const only = page.locator("#over-time .chart-actions button", { hasText: "Only this day" });
    await only.waitFor();
    await toView("range=1y");
    await shows("#over-time .readout strong", "30");
    expect(await only.count()).toBe(0);
    expect(await page.locator("#over-time .when").innerText()).toBe("In all");
  });

  test("a fact that is true no longer goes", async () => {
    const part: Part = { id: "merge-small-files", title: "Merge", name: "merge", lane: "batch", facts: [] };
    const out = { unit: "rows", total: 1 } as const;
    const failed = { label: "last run failed", value: 1, unit: "count", isTrouble: true } as const;
    const runs = (value: number) => ({ label: "runs", value, unit: "count" }) as const;
    parts = [{ ...part, out, facts: [runs(1), failed] }];
    await page.goto(server.url);
    const facts = "#part-merge-small-files .facts";
    await eventually(async () => expect(await page.locator(`${facts} dt`).allInnerTexts()).toHaveLength(2));
    await shows("#part-merge-small-files .total", "1 row");
    parts = [{ ...part, out, facts: [runs(2)] }];
    await eventually(async () =>
      expect(await page.locator(`${facts} > div`).allInnerTexts()).toEqual([
        expect.stringMatching(/^runs\s*2$/),
      ]),
    );
  });

  test("a batch that is discarded is noticed", async () => {
    actions["/quarantine"] = async () => quarantineOf(1, discarded);
    await page.goto(server.url);
    await page.locator("#quarantine").scrollIntoViewIfNeeded();
    await shows("#discarded-status", "No line is in a discarded batch.");
    discarded = 1;
    await shows("#discarded-status", "1 line in discarded batches");
    await page.locator("#redrive:enabled").waitFor();
  });

  test("a rate that was refused does not stay as if it were set", async () => {
    actions["/rate"] = async () => {
      throw new HttpError(400, "too fast");
    };
    await page.goto(server.url);
    await page.locator("#rate-number:enabled").fill("5000");
    await page.keyboard.press("Enter");
    await shows("#rate-problem", "too fast");
    await page.locator("h1").click();
    await eventually(async () => expect(await page.locator("#rate-number").inputValue()).toBe("20"));
  });

  test("a link has the focus also after the next comparison", async () => {
    const state = (lines: number): ReconciliationState => ({
      hours: [
        {
          fromMs: LAST_MS,
          toMs: LAST_MS + 1_000,
          isOpen: true,
          minutesPerHour: 60,
          agree: false,
          waiting: 0,
          waitingFor: [],
          stream: lines,
          quarantined: 0,
          faults: ["raw", "parquet"].map((source) => ({ kind: "missing", source, lines: 1, first: ["a"] })),
          comparedAtMs: LAST_MS,
          milliseconds: 1,
        },
      ],
      notCompared: 0,
      leftOut: 0,
      settleSeconds: 75,
    });
    hub.publish("reconciliation", state(1));
    await page.goto(server.url);
    await page.locator("#reconciliation a.identity").first().focus();
    hub.publish("reconciliation", state(2));
    await shows("#reconciliation tbody td:first-of-type", "2");
    expect(await page.evaluate("document.activeElement.getAttribute('href')")).toBe("#journey=a");
  });

  test("an error that two layers have is said once", async () => {
    actions["/view"] = async () => {
      throw new HttpError(400, "country is no column");
    };
    await page.goto(`${server.url}/#filter.country=France`);
    for (const layer of LAYERS) await shows(`#of-${layer} .problem`, "Not shown: see above.");
    await shows("#view-problem", "country is no column");
  });

  test("a comparison that is refused says so, also after the next second", async () => {
    actions["/compare"] = async () => {
      throw new HttpError(503, "no comparison now");
    };
    await page.goto(server.url);
    await page.locator("#compare:enabled").click();
    await shows("#problems", "no comparison now");
    quarantined = 2;
    await eventually(async () => expect(await page.locator("#tile-quarantine .value").innerText()).toBe("2"));
    await shows("#problems", "no comparison now");
  });

  test("a redrive that fails says so, also after the counts were read again", async () => {
    actions["/quarantine"] = async () => quarantineOf(quarantined, 1);
    actions["/redrive"] = async ({ dryRun }): Promise<RedriveAnswer> => {
      if (dryRun !== true) throw new HttpError(503, "the function is away");
      return { pending: 1, isDone: true, text: "would be redriven: 1 object" };
    };
    await page.goto(server.url);
    await page.locator("#quarantine").scrollIntoViewIfNeeded();
    await page.locator("#redrive:enabled").click();
    await page.locator("#redrive-confirm:enabled").click();
    await shows("#quarantine-problem", "the function is away");
    quarantined = 2;
    await eventually(async () => {
      expect(await page.locator("#quarantine-status").innerText()).toMatch(/^2 lines, as of/);
    });
    await page.waitForTimeout(100);
    await shows("#quarantine-problem", "the function is away");
  });

  test("a count from before a redrive does not replace the one after it", async () => {
    const before = new Held<QuarantineState>();
    let isHeld = false;
    let isRedriven = false;
    actions["/quarantine"] = () => {
      if (!isHeld) return Promise.resolve(quarantineOf(1, isRedriven ? 0 : 1));
      isHeld = false;
      return before.result;
    };
    actions["/redrive"] = async ({ dryRun }): Promise<RedriveAnswer> => {
      isRedriven = dryRun !== true;
      return { pending: 1, isDone: true, text: "redriven" };
    };
    const open = new Set<Request>();
    page.on("request", (request) => {
      if (request.url().endsWith("/quarantine")) open.add(request);
    });
    for (const event of ["requestfinished", "requestfailed"] as const) {
      page.on(event as "requestfinished", (request) => open.delete(request));
    }
    await page.goto(server.url);
    await page.locator("#quarantine").scrollIntoViewIfNeeded();
    await shows("#discarded-status", "1 line in discarded batches");
    await eventually(() => expect(open.size).toBe(0));
    isHeld = true;
    await page.locator("#quarantine-refresh:enabled").click();
    await eventually(() => expect(isHeld).toBe(false));
    await page.locator("#redrive:enabled").click();
    await page.locator("#redrive-confirm:enabled").click();
    await shows("#discarded-status", "No line is in a discarded batch.");
    before.end(quarantineOf(1, 1));
    await eventually(() => expect(open.size).toBe(0));
    await page.waitForTimeout(100);
    expect(await page.locator("#discarded-status").innerText()).toBe("No line is in a discarded batch.");
  });
});
