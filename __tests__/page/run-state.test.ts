import type { Browser, Page } from "playwright-core";
import { startBrowser } from "../../benchmarks/support/browser";
import { eventually } from "../../benchmarks/support/eventually";
import { buildAssets } from "../../local/page/assets";
import { Hub } from "../../local/page/hub";
import { startPageServer } from "../../local/page/server";
import type { LiveState } from "../../local/page/state";

const AT = Date.UTC(2026, 10, 25, 14, 3, 59);
const LIVE: LiveState = {
  nowMs: AT,
  environment: "dev",
  timeScale: 12,
  startedAt: AT - 60_000,
  discarded: 0,
  settleSeconds: 75,
  generator: { state: "sending", linesPerSecond: 20, most: 1_000, acknowledged: 100, sinceMs: AT - 60_000 },
  parts: [],
  layers: [],
  problems: [],
};

describe("the page of a server that says what it is told to", () => {
  let browser: Browser;
  let page: Page;
  let hub: Hub;
  let server: Awaited<ReturnType<typeof startPageServer>>;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    hub = new Hub();
    server = await startPageServer({ assets: await buildAssets(), hub, actions: {} });
    hub.publish("live", LIVE);
    page = await browser.newPage();
    await page.goto(server.url);
  });

  afterEach(async () => {
    await page.close();
    await server.close();
  });

  /** The run says so each second; a page that opens slowly may miss a single one. */
  const isLive = (state: LiveState): Promise<void> =>
    eventually(async () => {
      hub.publish("live", state);
      expect(await status()).toBe("live");
    });
  const status = (): Promise<string> => page.locator("#status").innerText();

  test("a run that is stopped by its operator says so itself", async () => {
    await isLive(LIVE);
    await server.close();
    await eventually(async () => expect(await status()).toMatch(/^stopped since \d\d:\d\d:\d\d$/));
    expect(await page.locator("#stopped").innerText()).toContain("The run was stopped at");
  });

  test("a run that hangs has not answered since, and is live again when it does", async () => {
    await eventually(async () => expect(await status()).toBe("no answer since 14:03:59"));
    expect(await page.locator("#compare").isDisabled()).toBe(true);
    await eventually(async () => {
      hub.publish("live", { ...LIVE, nowMs: AT + 9_000 });
      expect(await status()).toBe("live");
      expect(await page.locator("#stopped").isVisible()).toBe(false);
      expect(await page.locator("#compare").isDisabled()).toBe(false);
    });
  });

  test("another run at the same address begins with an empty page", async () => {
    await isLive(LIVE);
    await page.evaluate("window.isOfTheFirstRun = true");
    const other = { ...LIVE, startedAt: AT };
    hub.publish("live", other);
    await eventually(async () => expect(await page.evaluate("window.isOfTheFirstRun")).toBeUndefined());
    await isLive(other);
  });
});
