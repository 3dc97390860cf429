import type { Client } from "@opensearch-project/opensearch";
import { LatencySampler, latencyText } from "../../local/latency";

describe("the text of a latency", () => {
  const latency = { p50_ms: 2_670, p99_ms: 3_307, awaited: 0, passedOver: 0 };
  const text = "arrival to searchable: median 2670 ms, 99th percentile 3307 ms";

  test.each([
    [{}, text],
    [{ awaited: 12 }, `${text}, 12 of the sample not found`],
    [{ passedOver: 1_400 }, `${text}, 1,400 not sampled`],
    [{ awaited: 1, passedOver: 3 }, `${text}, 1 of the sample not found, 3 not sampled`],
  ])("has the lines that are in no percentile: %j", (missed, expected) => {
    expect(latencyText({ ...latency, ...missed })).toBe(expected);
  });
});

describe("the sampler", () => {
  /** One of so many lines is followed. */
  const ONE_OF = 25;
  let searchable: Set<string>;
  let said: string[];
  let sampler: LatencySampler;

  beforeEach(() => {
    searchable = new Set();
    said = [];
    const search = async ({ body }: { body: { query: { ids: { values: string[] } } } }) => {
      if (searchable.has("outage")) throw new Error("no engine");
      const hits = body.query.ids.values
        .filter((id) => searchable.has(id))
        .map((id) => ({ _id: id, _source: { arrived_at: "2026-11-30 04:00:00.000" } }));
      return { body: { hits: { hits } } };
    };
    sampler = new LatencySampler({ search } as unknown as Client, "lines", (text) => said.push(text));
  });

  afterEach(() => sampler.close());

  /** Offers lines of which those of these identities are followed. */
  function follow(ids: readonly string[]): void {
    for (const id of ids) sampler.append([id, ...Array(ONE_OF - 1).fill("other")]);
  }

  test("counts what it did not find, but not what is in quarantine", async () => {
    follow(["found", "refused", "lost"]);
    searchable.add("found");
    await sampler.look();

    expect(sampler.latency()).toMatchObject({ samples: 1, awaited: 2, passedOver: 0 });
    expect(sampler.latency(new Map([["refused", {}]]))).toMatchObject({ samples: 1, awaited: 1 });
  });

  test("counts what it did not follow, because it follows so many", async () => {
    follow(Array.from({ length: 1_003 }, (_, at) => `${at}`));
    searchable.add("0");
    await sampler.look();

    expect(sampler.latency()).toMatchObject({ samples: 1, awaited: 999, passedOver: 3 });
  });

  test("says an outage once, and finds the lines after it", async () => {
    follow(["found"]);
    searchable.add("outage");
    await sampler.look();
    await sampler.look();
    expect(said).toEqual(["the latency cannot be measured at present: Error: no engine"]);

    searchable = new Set(["found"]);
    await sampler.look();
    expect(sampler.latency()).toMatchObject({ samples: 1, awaited: 0 });
  });
});
