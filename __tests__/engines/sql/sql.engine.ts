import { SAMPLES } from "../../support/any-lines";
import { expectInTables } from "../../support/lines-in-tables";
import { Lane } from "../../terraform/emulated/lane";
import { Report } from "../../terraform/emulated/report";
import { trinoEngines } from "../trino/engine";
import { startTrino, type Trino } from "../trino/server";
import { contract } from "./contract";
import { dialect } from "./dialect";
import { judge } from "./judge";
import { whole } from "./whole";

jest.setTimeout(15 * 60_000);

const stop = new AbortController();
// Jest holds back printed lines until a test has ended; these tests take minutes.
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const report = new Report(say);
let trino: Trino;

beforeAll(async () => {
  trino = await startTrino(process.env, say, stop.signal);
  say(trino.origin);
});

afterAll(async () => {
  stop.abort();
  await trino?.stop();
});

test("every SQL text of the product gives the same rows on DuckDB and on Trino", () =>
  contract(report, trino));

test("what the embedded engine is tested against is what Trino answers", () => dialect(report, trino));

test("what the judge accepts is read by Trino's JSON table exactly", () => judge(report, trino));

test.each(SAMPLES)(
  "a contract of %s: raw table, merge and Parquet table hold the judged values",
  (_, sample) => expectInTables(sample, trinoEngines(trino)),
);

test("the bundles merge in the tables that Terraform made, and what is read is what was sent", async () => {
  const lane = await Lane.open(report, say, stop.signal);
  try {
    await whole(lane, trino);
  } finally {
    await lane.close();
  }
});
