import { createServer, type Server } from "node:http";
import { Client } from "@opensearch-project/opensearch";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import { searchAnswer } from "../../ops/reconcile/search-answer";

const WHOLE = { timed_out: false, _shards: { total: 1, failed: 0 }, hits: { hits: [] } };
const BUSY = {
  status: 429,
  body: { error: { type: "circuit_breaking_exception", reason: "data too large" }, status: 429 },
};
const STARTING = { status: 503, body: "no shard yet" };
const REFUSED = {
  status: 403,
  body: { error: { type: "security_exception", reason: "no permissions" }, status: 403 },
};
const PART = { status: 200, body: { ...WHOLE, _shards: { total: 2, failed: 1 } } };
const TIMED_OUT = { status: 200, body: { ...WHOLE, timed_out: true } };

describe("the answer of a search", () => {
  let server: Server;
  let client: Client;
  let answers: { readonly status: number; readonly body: unknown }[];
  let requests: number;

  beforeEach(async () => {
    requests = 0;
    server = createServer((_, response) => {
      requests++;
      const { status, body } = answers.shift() ?? { status: 200, body: WHOLE };
      response.writeHead(status, {
        "content-type": typeof body === "string" ? "text/plain" : "application/json",
      });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
    const url = await listenOnLoopback(server, 0, "engine");
    client = new Client({ node: url, maxRetries: 0 });
  });

  afterEach(async () => {
    await client.close();
    await closeServer(server);
  });

  const ask = (attempts = 4): Promise<unknown> =>
    searchAnswer("search of retail-*", () => client.search({ index: "retail-*", body: {} }), {
      attempts,
      firstPauseMs: 1,
    });

  test.each([
    ["busy", BUSY],
    ["starting", STARTING],
    ["without a shard", PART],
    ["late", TIMED_OUT],
  ])("is awaited while the engine is %s", async (_, answer) => {
    answers = [answer, answer, answer];
    expect(await ask()).toEqual(WHOLE);
    expect(requests).toBe(4);
  });

  test.each([
    [BUSY, "429: circuit_breaking_exception: data too large"],
    [STARTING, "503: no shard yet"],
    [PART, 'the index returned a partial result: {"timed_out":false,"_shards":{"total":2,"failed":1}}'],
    [TIMED_OUT, 'the index returned a partial result: {"timed_out":true,"_shards":{"total":1,"failed":0}}'],
  ])("is an error with the reason when it stays so: %#", async (answer, reason) => {
    answers = [answer, answer, answer, answer];
    await expect(ask()).rejects.toThrow(`search of retail-*: ${reason}`);
    expect(requests).toBe(4);
  });

  test.each([
    ["in JSON", JSON.stringify(BUSY.body), "circuit_breaking_exception: data too large"],
    [
      "of its shards",
      JSON.stringify({
        error: {
          type: "search_phase_execution_exception",
          reason: "all shards failed",
          root_cause: [{ type: "too_many_clauses", reason: "maxClauseCount is set to 1024" }],
        },
      }),
      "too_many_clauses: maxClauseCount is set to 1024",
    ],
    ["in HTML", "<html>400</html>", "<html>400</html>"],
    ["without a text", "", ""],
  ])("is an error with the reason %s when it is read as a text", async (_, body, reason) => {
    const answer = searchAnswer("search of retail-*", async () => ({ statusCode: 400, body }));
    await expect(answer).rejects.toThrow(new Error(`search of retail-*: 400: ${reason}`));
  });

  test("is not asked for again after a refusal", async () => {
    answers = [REFUSED];
    await expect(ask()).rejects.toThrow("search of retail-*: 403: security_exception: no permissions");
    expect(requests).toBe(1);
  });
});
