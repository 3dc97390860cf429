import type { Client } from "@opensearch-project/opensearch";
import { localSearch } from "../../../local/services/clients";
import { SAMPLES } from "../../support/any-lines";
import { expectInIndex } from "../../support/lines-in-index";
import { describeRealRows } from "../../support/real-rows";
import { searchContract } from "../../support/search-contract/contract";
import { access } from "./access";
import { realRows } from "./real-rows";
import { tunnel } from "./tunnel";
import { World } from "./world";

// Jest holds back printed lines until a test has ended; these tests take minutes.
const say = (line: string): void => void process.stderr.write(`[search] ${line}\n`);
let opened: World | undefined;

function world(): World {
  if (opened === undefined) throw new Error("the engine has not been started");
  return opened;
}

beforeAll(async () => {
  opened = await World.open(say);
});

afterAll(async () => {
  await opened?.close();
});

describe("the contract, on the real engine", () => {
  // Through the gate, so that every request is signed. The contract closes its client.
  searchContract(async () => localSearch(world().url, world().plane.region));
});

describe("contracts of other columns", () => {
  let client: Client;
  let samples = 0;
  beforeAll(() => {
    client = localSearch(world().url, world().plane.region);
  });
  afterAll(() => client.close());

  test.each(SAMPLES)("%s: the index gives each line back, and answers the default panels", (_, sample) =>
    expectInIndex(sample, client, ++samples),
  );
});

describe("access", () => access(world, say));

describe("the tunnel's signing end", () => tunnel(world));

describeRealRows("real rows", () => realRows(world, say));
