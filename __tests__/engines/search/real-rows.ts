import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { PROJECT_ROOT } from "../../../ops/terraform/stack-folder";
import { startFront } from "../../support/front";
import { realRowsFile, realSums } from "../../support/real-rows";
import { at } from "../../support/search-contract/contract";
import type { World } from "./world";

const ROWS = 14_269;
/** Duration of the engine's outage; its restart takes additional time. */
const OUTAGE_MS = 20_000;
/** Lines per second: slow enough that the engine is killed in the middle, and is back before all of them were sent. */
const RATE = 100;
/** Nothing may move for two merges' intervals and 45 s before a run gives up: 145 s. */
const TIME_SCALE = 6;

/** Final output of `npm start`. */
interface Ended {
  readonly exitCode: number | null;
  readonly report: unknown;
  readonly said: string;
}

/** The real rows, through the local run into the real engine. */
export function realRows(world: () => World, say: (line: string) => void): void {
  test("14,269 rows with the engine killed for 20 s, and 429 and 503 for a while: nothing lost, nothing twice", async () => {
    await world().forget();
    const { engine } = world().real;
    const answered = { 429: 0, 503: 0 };
    let passed = 0;
    let over = false;
    let bulks = 0;
    const front = await startFront(world().url, (_, path) => {
      if (!path.startsWith("/_bulk")) return undefined;
      const number = ++bulks;
      const status = number > 12 ? undefined : number % 3 === 0 ? 429 : number % 4 === 0 ? 503 : undefined;
      if (status === undefined) {
        passed++;
        return undefined;
      }
      answered[status]++;
      const error = { type: "rejected_execution_exception", reason: "too much at once" };
      return { status, type: "application/json", text: JSON.stringify({ error, status }) };
    });
    const outage = (async (): Promise<number> => {
      while (passed < 10 && !over) await sleep(100);
      if (over) throw new Error(`the run ended after ${passed} bulk requests, before the engine was killed`);
      await engine.kill();
      const killedAt = Date.now();
      await sleep(OUTAGE_MS);
      await engine.restart();
      return Date.now() - killedAt;
    })();

    let ended: Ended;
    let awayMs: number;
    try {
      const input = [
        "--input-file",
        realRowsFile(),
        "--rate",
        String(RATE),
        "--time-scale",
        String(TIME_SCALE),
      ];
      ended = await npmStart(["--search-url", front.url, ...input]);
      over = true;
      awayMs = await outage;
    } finally {
      over = true;
      await front.close();
    }

    const [mapping] = [at(ended.report, "mappings", "0")];
    say(
      `real rows under faults: engine away ${Math.round(awayMs / 1000)} s; answered 429 ${answered[429]} times, 503 ${answered[503]} times; ` +
        `retries ${at(mapping, "retries")}; ${JSON.stringify(at(ended.report, "timings"))}`,
    );
    expectWhole(ended);
    expect(answered).toEqual({ 429: 4, 503: 2 });
    expect(at(mapping, "retries")).toBeGreaterThan(0);
    expect(at(mapping, "discarded")).toEqual([]);
    expect(await sumsByCountry(world())).toEqual(realSums());
  });

  test("14,269 rows through npm start -- --search opensearch, which leaves no process behind", async () => {
    const ended = await npmStart(["--search", "opensearch", "--input-file", realRowsFile()]);
    const pid = Number(/OpenSearch http:\S+, process (\d+)/.exec(ended.said)?.[1]);

    say(`real rows: ${JSON.stringify(at(ended.report, "timings"))}`);
    expectWhole(ended);
    expect(at(ended.report, "summary", "parquet")).toEqual(realSums());
    expect(pid).toBeGreaterThan(0);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
}

function expectWhole({ exitCode, report, said }: Ended): void {
  expect(exitCode === 0 ? "" : said).toBe("");
  expect(report).toMatchObject({
    agree: true,
    acknowledged: ROWS,
    raw: ROWS,
    parquet: ROWS,
    indexed: ROWS,
    quarantined: 0,
    missing: { raw: [], parquet: [], indexed: [] },
    duplicates: { parquet: [], indexed: [] },
    altered: { raw: [], parquet: [], indexed: [] },
  });
}

function npmStart(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", "local/cli.ts", "--once", "--json", ...args], {
      cwd: PROJECT_ROOT,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let said = "";
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      said += text;
    });
    child.once("error", reject);
    child.once("close", (exitCode) => {
      const report: unknown = stdout === "" ? undefined : JSON.parse(stdout);
      resolve({ exitCode, report, said });
    });
  });
}

/** Rows, quantity and revenue by country, aggregated by the index. */
async function sumsByCountry(world: World): Promise<Record<string, unknown>> {
  const { body } = await world.ask(world.master, "POST", "/retail-*/_search", {
    size: 0,
    aggs: {
      countries: {
        terms: { field: "Country", size: 100 },
        aggs: {
          quantity: { sum: { field: "Quantity" } },
          revenue: { sum: { script: "doc['Quantity'].value * doc['Price'].value" } },
        },
      },
    },
  });
  const buckets = at(body, "aggregations", "countries", "buckets");
  return Object.fromEntries(
    (Array.isArray(buckets) ? buckets : []).map((bucket: unknown) => [
      at(bucket, "key"),
      {
        rows: at(bucket, "doc_count"),
        quantity: at(bucket, "quantity", "value"),
        revenue: Math.round(Number(at(bucket, "revenue", "value")) * 100) / 100,
      },
    ]),
  );
}
