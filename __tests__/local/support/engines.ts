import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import type { S3Client } from "@aws-sdk/client-s3";
import { localKinesis, localS3 } from "../../../local/services/clients";
import { type KinesisService, startKinesis } from "../../../local/services/kinesis/service";
import { type S3Service, startS3 } from "../../../local/services/s3/service";
import { openStore, type Store } from "../../../local/store/store";
import { streamModel } from "./streams";

export const REGION = "eu-west-1";
export const BUCKET = "retail-bi-lake";

export const STREAM = streamModel({ mode: "PROVISIONED", shardCount: 2 });

/** First hash key of each of the two shards. */
const HASH_KEYS = ["0", (2n ** 127n).toString()] as const;

/** Wait before records are put again that exceeded the throughput of their shard. */
const THROTTLED_WAIT_MS = 200;

/** A record to put. */
export interface GivenRecord {
  readonly data: string;
  /** @default "key" */
  readonly partitionKey?: string;
  /** @default 0 */
  readonly shard?: 0 | 1;
}

/** The engines that a consumer of the stream works with, real ones, in a folder that goes with them. */
export interface Engines {
  readonly dataDir: string;
  readonly store: Store;
  readonly stream: KinesisService;
  readonly kinesis: KinesisClient;
  readonly s3: S3Client;
  /** Puts records in order. @returns their sequence numbers. */
  put(records: readonly GivenRecord[]): Promise<string[]>;
  /** Content of the objects below a prefix, by key, in the order of their writing. */
  objects(prefix?: string): Promise<Record<string, Buffer>>;
  /** No object can be written while it is down. */
  storeDown(): Promise<void>;
  storeUp(): Promise<void>;
  stop(): Promise<void>;
}

export async function startEngines(): Promise<Engines> {
  const dataDir = mkdtempSync(join(tmpdir(), "engines-"));
  const store = openStore(dataDir);
  const stream = await startKinesis({ models: [STREAM], store });
  stream.acceptPuts();
  const openS3 = (port = 0): Promise<S3Service> =>
    startS3({ buckets: [BUCKET], store, dataDir: join(dataDir, "objects"), port });
  let objects = await openS3();
  const kinesis = localKinesis(stream.url, REGION);
  const s3 = localS3(objects.url, REGION);
  return {
    dataDir,
    store,
    stream,
    kinesis,
    s3,
    async put(records) {
      const numbers: string[] = [];
      for (let at = 0; at < records.length; ) {
        const command = new PutRecordsCommand({
          StreamName: STREAM.name,
          Records: records.slice(at, at + 500).map(({ data, partitionKey = "key", shard = 0 }) => ({
            Data: Buffer.from(data),
            PartitionKey: partitionKey,
            ExplicitHashKey: HASH_KEYS[shard],
          })),
        });
        const { Records = [] } = await kinesis.send(command);
        const failed = Records.findIndex(({ SequenceNumber }) => SequenceNumber === undefined);
        const taken = failed === -1 ? Records : Records.slice(0, failed);
        if (Records.slice(taken.length).some(({ SequenceNumber }) => SequenceNumber !== undefined)) {
          throw new Error("a record was accepted after one that exceeded its shard's throughput");
        }
        numbers.push(...taken.map(({ SequenceNumber = "" }) => SequenceNumber));
        at += taken.length;
        if (failed !== -1) await new Promise((resolve) => setTimeout(resolve, THROTTLED_WAIT_MS));
      }
      return numbers;
    },
    async objects(prefix = "") {
      const version = (path: string): string => path.slice(path.lastIndexOf("~"));
      const files = objects.files
        .list(BUCKET, prefix)
        .sort((a, b) => (version(a.path) < version(b.path) ? -1 : 1))
        .map(({ key, path }) => [key, readFileSync(path)] as const);
      return Object.fromEntries(files);
    },
    storeDown: () => objects.close(),
    async storeUp() {
      objects = await openS3(Number(new URL(objects.url).port));
    },
    async stop() {
      kinesis.destroy();
      s3.destroy();
      await stream.close();
      await objects.close();
      store.close();
      rmSync(dataDir, { recursive: true });
    },
  };
}
