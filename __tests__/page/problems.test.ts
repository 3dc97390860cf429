import type { Browser, Page, Request } from "playwright-core";
import { startBrowser } from "../../benchmarks/support/browser";
import { eventually } from "../../benchmarks/support/eventually";
import type { DataPanel, Layer } from "../../dashboards/spec";
import { buildAssets } from "../../local/page/assets";
import { Hub } from "../../local/page/hub";
import type { QuarantineState, RedriveAnswer } from "../../local/page/inspect-state";
import { type Action, HttpError, startPageServer } from "../../local/page/server";
import type { LayerState, LiveState, PanelRows, PanelsState } from "../../local/page/state";
import { accessibilityFaults } from "./shown";

const LAYERS = ["speed", "batch"] as const satisfies readonly Layer[];
const panelOf = (layer: Layer): DataPanel => ({
  id: `of-${layer}`,
  title: layer,
  layer,
  chart: "headline",
  measures: [{ id: "lines", title: "Lines", factors: [] }],
});
const stateOf = (layer: Layer, lines: number): PanelsState => {
  const state: LayerState = { layer, source: layer, asOfMs: Date.now(), lines, version: String(lines) };
  const rows: PanelRows = { id: `of-${layer}`, rows: [{ lines }] };
  return { layer: state, panels: [rows] };
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
  let seconds: ReturnType<typeof setInterval>;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    hub = new Hub();
    actions = {};
    quarantined = 1;
    server = await startPageServer({ assets: await buildAssets(), hub, actions });
    hub.publish("dashboard", {
      panels: LAYERS.map((layer) => ({
        panel: panelOf(layer),
        columns: [{ id: "lines", title: "Lines", holds: "number", isOptional: false }],
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
      generator: { state: "sending", linesPerSecond: 20, most: 1_000, acknowledged: 100, sinceMs: 0 },
      parts: [],
      layers: [],
      problems: [],
    };
    hub.publish("live", state);
  }

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
