import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@opensearch-project/opensearch";
import type { SearchDouble } from "../../../../local/services/opensearch/service";
import { searchContract } from "../../../support/search-contract/contract";
import { startSearchDouble } from "../../../support/search-double";

/** A real engine to hold the double to, such as http://admin:password@127.0.0.1:9210. */
const REAL_ENGINE = "RETAIL_BI_TEST_OPENSEARCH_URL";

describe("the contract, on the double", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "search-"));
  let double: SearchDouble;

  beforeAll(async () => {
    double = await startSearchDouble({ dataDir });
  });

  afterAll(async () => {
    await double.close();
    rmSync(dataDir, { recursive: true });
  });

  // In a block of its own, so that it has cleaned up before the double is closed.
  describe("needs of the stack", () => searchContract(async () => new Client({ node: double.url })));
});

describe("the contract, on a real engine", () => {
  const url = process.env[REAL_ENGINE];
  if (url === undefined)
    test.skip(`needs ${REAL_ENGINE}, the URL of an OpenSearch with its user`, () => undefined);
  else searchContract(async () => new Client({ node: url }));
});
