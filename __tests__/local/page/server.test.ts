import { type IncomingMessage, request } from "node:http";
import { type Asset, buildAssets } from "../../../local/page/assets";
import { Hub } from "../../../local/page/hub";
import { type Action, HttpError, startPageServer } from "../../../local/page/server";
import type { HourState, ReconciliationState } from "../../../local/page/state";

const asset = (contentType: string, text: string): Asset => {
  return { contentType, body: Buffer.from(text), etag: `"${text.length}"` };
};

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

let hub: Hub;
let server: Awaited<ReturnType<typeof startPageServer>>;
let port: number;
const bodies: unknown[] = [];
const actions: Record<string, Action> = {
  "/sql": async (body) => {
    bodies.push(body);
    if (body["sql"] === "bad") throw new HttpError(400, "no such table", { state: "FAILED" });
    if (body["sql"] === "broken") throw new Error("out of order");
    return { rows: 1 };
  },
};

beforeEach(async () => {
  bodies.length = 0;
  hub = new Hub();
  const assets = new Map([["/", asset("text/html", "<p>page</p>")]]);
  server = await startPageServer({ assets, hub, actions });
  port = Number(new URL(server.url).port);
});

afterEach(() => server.close());

function ask(path: string, { method = "GET", headers = {}, body }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const JSON_TYPE = { "content-type": "application/json" };

/** Opens the events and collects what comes. */
function listen(): Promise<{
  readonly text: () => string;
  readonly close: () => void;
  ended: Promise<void>;
}> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path: "/events" }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        text += chunk;
      });
      const ended = new Promise<void>((done) => response.on("close", () => done()));
      resolve({ text: () => text, close: () => sent.destroy(), ended });
    });
    sent.on("error", reject);
    sent.end();
  });
}

async function eventually(check: () => void): Promise<void> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    try {
      return check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

describe("what is served", () => {
  test("the page forbids everything that does not come from here, inline code included", async () => {
    const { status, headers, text } = await ask("/");

    expect({ status, text }).toEqual({ status: 200, text: "<p>page</p>" });
    const policy = String(headers["content-security-policy"]).split("; ");
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
      ]),
    );
    expect(policy).toEqual(expect.arrayContaining(["frame-ancestors 'none'", "form-action 'none'"]));
    expect(String(headers["content-security-policy"])).not.toMatch(/unsafe|https?:|\*|data:/);
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  });

  test("what the browser has already is not sent again", async () => {
    const { etag = "" } = (await ask("/")).headers;
    expect(await ask("/", { headers: { "if-none-match": etag } })).toMatchObject({ status: 304, text: "" });
    expect(await ask("/", { headers: { "if-none-match": '"old"' } })).toMatchObject({ status: 200 });
  });

  test.each([
    ["GET", "/nothing", 404, "there is no /nothing here"],
    ["GET", "/../package.json", 404, "there is no"],
    ["PUT", "/", 405, "PUT is not allowed here; GET or HEAD is"],
    ["GET", "/sql", 405, "GET is not allowed here; POST is"],
    ["POST", "/events", 405, "POST is not allowed here; GET is"],
  ])("%s %s: %d", async (method, path, status, message) => {
    const answer = await ask(path, { method });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text).message).toContain(message);
  });
});

describe("who is served", () => {
  test.each([
    ["Host of a page whose name leads here", { host: "evil.example" }],
    ["Host with another port", { host: "127.0.0.1:1" }],
    ["Origin of another site", { origin: "https://evil.example" }],
    ["Origin of another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["Origin that a sandboxed frame has", { origin: "null" }],
    ["Sec-Fetch-Site of another site", { "sec-fetch-site": "cross-site" }],
    ["Sec-Fetch-Site of another port", { "sec-fetch-site": "same-site" }],
    ["Referer of another site", { referer: "https://evil.example/" }],
  ])("a foreign %s is refused everywhere, and nothing is done", async (_, headers) => {
    for (const path of ["/", "/events"]) {
      const answer = await ask(path, { headers });
      expect(answer.status).toBe(403);
      expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
    }
    const posted = await ask("/sql", {
      method: "POST",
      headers: { ...JSON_TYPE, ...headers },
      body: '{"sql":"x"}',
    });
    expect(posted.status).toBe(403);
    expect(bodies).toEqual([]);
  });

  test("the page itself, under both names of this machine, and programs without a browser", async () => {
    for (const name of ["127.0.0.1", "localhost"]) {
      const host = `${name}:${port}`;
      const headers = { host, origin: `http://${host}`, "sec-fetch-site": "same-origin", ...JSON_TYPE };
      expect(await ask("/sql", { method: "POST", headers, body: '{"sql":"x"}' })).toMatchObject({
        status: 200,
      });
    }
    expect(await ask("/")).toMatchObject({ status: 200 });
  });
});

describe("actions", () => {
  test("a JSON object in, JSON out", async () => {
    const { status, text } = await ask("/sql", {
      method: "POST",
      headers: JSON_TYPE,
      body: '{"sql":"SELECT 1"}',
    });
    expect({ status, text }).toEqual({ status: 200, text: '{"rows":1}' });
    expect(bodies).toEqual([{ sql: "SELECT 1" }]);
  });

  test.each([
    ["a form's type", { "content-type": "text/plain" }, '{"sql":"x"}', 415, "application/json"],
    ["no JSON", JSON_TYPE, "{", 400, "the body is not JSON"],
    ["no object", JSON_TYPE, "[1]", 400, "the body must be a JSON object"],
    ["too long", JSON_TYPE, JSON.stringify({ sql: "x".repeat(70_000) }), 413, "longer than 65536 bytes"],
  ])("%s is refused", async (_, headers, body, status, message) => {
    const answer = await ask("/sql", { method: "POST", headers, body });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text).message).toContain(message);
    expect(bodies).toEqual([]);
  });

  test("a refusal has its own status and members, a fault is a 500 with its words", async () => {
    const bad = await ask("/sql", { method: "POST", headers: JSON_TYPE, body: '{"sql":"bad"}' });
    expect([bad.status, JSON.parse(bad.text)]).toEqual([400, { message: "no such table", state: "FAILED" }]);
    const broken = await ask("/sql", { method: "POST", headers: JSON_TYPE, body: '{"sql":"broken"}' });
    expect([broken.status, JSON.parse(broken.text)]).toEqual([500, { message: "out of order" }]);
  });
});

describe("events", () => {
  const reconciliation = (settleSeconds: number): ReconciliationState => {
    return { hours: [] as readonly HourState[], notCompared: 0, leftOut: 0, settleSeconds };
  };

  test("whoever opens the page gets the last of each kind, and then what is new", async () => {
    hub.publish("reconciliation", reconciliation(1));
    hub.publish("reconciliation", reconciliation(2));
    for (const layer of ["speed", "batch"] as const) {
      const state = { layer, source: "i", asOfMs: 1, lines: 0, version: "" };
      hub.publish("panels", { layer: state, panels: [] }, layer);
    }
    const events = await listen();

    await eventually(() => expect(events.text()).toContain('"layer":"batch"'));
    expect(events.text()).toContain('"layer":"speed"');
    expect(events.text()).toContain(`event: reconciliation\ndata: ${JSON.stringify(reconciliation(2))}\n\n`);
    expect(events.text()).not.toContain('"settleSeconds":1');

    hub.publish("reconciliation", reconciliation(3));
    await eventually(() => expect(events.text()).toContain('"settleSeconds":3'));
    events.close();
    await eventually(() => expect(hub.hasViewers).toBe(false));
  });

  test("sixteen pages may look, one more is refused, and the end of the run ends them", async () => {
    const all = await Promise.all(Array.from({ length: 16 }, listen));
    expect(await ask("/events")).toMatchObject({ status: 503 });
    await server.close();
    await Promise.all(all.map(({ ended }) => ended));
    // A run that was cut off says nothing; one that stops says so, and when.
    for (const { text } of all) expect(text()).toMatch(/event: ended\ndata: \{"atMs":\d{13}\}\n\n$/);
    expect(hub.hasViewers).toBe(false);
  });
});

test("the page's files name no other host, hold no inline code, and are small", async () => {
  const assets = await buildAssets();
  const lazy = [...assets.keys()].filter((path) => /^\/(editor|chunk)-\w+\.js$/.test(path));
  expect(lazy.filter((path) => path.startsWith("/editor-"))).toHaveLength(1);
  expect(new Set(assets.keys())).toEqual(new Set(["/", "/page.css", "/page.js", "/icon.svg", ...lazy]));
  const text = (path: string): string => assets.get(path)?.body.toString("utf8") ?? "";
  for (const path of assets.keys()) {
    const hosts = text(path).match(/(https?:)?\/\/[a-z][\w.-]+/g) ?? [];
    expect(hosts.filter((host) => host !== "http://www.w3.org")).toEqual([]);
  }
  expect(text("/")).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*src=)/);
  expect(text("/")).toContain('src="/page.js"');
  expect(text("/page.css")).not.toMatch(/@import|url\(/);
  expect(text("/page.js").length).toBeLessThan(120_000);
});
