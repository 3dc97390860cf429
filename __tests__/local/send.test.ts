import fs, { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { retailTransaction } from "../../contract/retail-transaction";
import { ledgerFile } from "../../local/acknowledged";
import type { LocalRun } from "../../local/local-run";
import { type SendOptions, send } from "../../local/send";
import { type KinesisService, startKinesis } from "../../local/services/kinesis/service";
import { openStore, type Store } from "../../local/store/store";
import { streamModel } from "./support/streams";

let folder: string;
let store: Store;
let service: KinesisService;
const said: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "send-"));
  store = openStore(folder);
  service = await startKinesis({ models: [streamModel({ name: "retail-trans" })], store });
  service.acceptPuts();
});
beforeEach(() => void said.splice(0));
afterAll(async () => {
  await service.close();
  store.close();
  rmSync(folder, { recursive: true });
});

/** Sends three lines. @returns the report, and how often the end was told */
async function sendThree(streamName: string) {
  const run = {
    dataDir: folder,
    streamUrl: service.url,
    plane: { region: "eu-west-1" },
    dataSources: { streamName, contract: retailTransaction },
    schedules: [],
    say: (text: string) => void said.push(text),
  } as unknown as LocalRun;
  let ends = 0;
  const options: SendOptions = {
    maxCount: 3,
    pack: 1,
    seed: 1,
    signal: new AbortController().signal,
    onEnd: () => void ends++,
  };
  return { report: await send(run, options), ends };
}

test("what was acknowledged is in the ledger", async () => {
  const { report, ends } = await sendThree("retail-trans");

  expect({ ...report, ends }).toMatchObject({ acknowledged: 3, failed: 0, ends: 1 });
  expect(report.error).toBeUndefined();
  expect(readFileSync(ledgerFile(folder), "utf8").trimEnd().split("\n")).toHaveLength(3);
  expect(said).toEqual([]);
});

test("a ledger that cannot be closed well is an error beside the result of the sending", async () => {
  const sync = jest.spyOn(fs, "fsyncSync").mockImplementation(() => {
    throw new Error("EIO: i/o error, fsync");
  });
  try {
    const { report, ends } = await sendThree("retail-trans");

    const error = `the ledger ${ledgerFile(folder)} may not be safe on disk: EIO: i/o error, fsync`;
    expect({ ...report, ends }).toMatchObject({ acknowledged: 3, failed: 0, error, ends: 1 });
    expect(said).toEqual([`error: ${error}`]);
  } finally {
    sync.mockRestore();
  }
});

test("lines that failed are named by their numbers", async () => {
  const { report } = await sendThree("no-such-stream");

  expect(report).toMatchObject({ acknowledged: 0, failed: 3 });
  expect(said[0]).toMatch(/^lines 1-3: failed: PutRecords on no-such-stream: ResourceNotFoundException/);
});
