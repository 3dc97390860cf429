import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@opensearch-project/opensearch";
import fc from "fast-check";
import { localSearch } from "../../local/services/clients";
import type { SearchDouble } from "../../local/services/opensearch/service";
import { contractsOf } from "../support/any-contract";
import { linesOf } from "../support/any-lines";
import { expectInIndex } from "../support/lines-in-index";
import { expectInTables } from "../support/lines-in-tables";
import { startSearchDouble } from "../support/search-double";

const samples = contractsOf({ maxLength: 99, size: "max" }).chain((one) =>
  linesOf(one, { minLength: 1, maxLength: 4 }),
);

test("random contracts: raw table, merge and Parquet table hold the values of the judged lines", async () => {
  await fc.assert(
    fc.asyncProperty(samples, (sample) => expectInTables(sample)),
    { numRuns: 12 },
  );
  // Each contract makes tables of up to a hundred columns in an engine of its own.
}, 300_000);

describe("the index", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "kinds-"));
  let double: SearchDouble;
  let client: Client;

  beforeAll(async () => {
    double = await startSearchDouble({ dataDir });
    client = localSearch(double.url, "eu-west-1");
  });

  afterAll(async () => {
    await client.close();
    await double.close();
    rmSync(dataDir, { recursive: true });
  });

  let runs = 0;

  test("random contracts: every document is as it was sent, and found by its values", async () => {
    await fc.assert(
      fc.asyncProperty(samples, (sample) => expectInIndex(sample, client, ++runs)),
      { numRuns: 50, endOnFailure: true },
    );
  });
});
