/**
 * A stream in a process of its own, whose CPU time the benchmark reads: the local run's, or kinesalite with its database
 * on disk. Arguments: which, folder.
 */
import kinesalite from "kinesalite";
import { listenOnLoopback } from "../../lib/loopback";
import { startKinesis } from "../../local/services/kinesis/service";
import type { ShardRecord, StreamSource } from "../../local/services/stream-consumer/shard-reader";
import { openStore } from "../../local/store/store";
import { SHARDS, STREAM_ARN, STREAM_NAME } from "./stream";

const [, , which, dataDir = ""] = process.argv;

async function startOwn(): Promise<{ readonly url: string; readonly source: StreamSource }> {
  const model = {
    address: "benchmark",
    name: STREAM_NAME,
    arn: STREAM_ARN,
    mode: "ON_DEMAND",
    shardCount: SHARDS,
    retentionHours: 24,
    maxRecordKiB: 1024,
    tags: {},
  } as const;
  const service = await startKinesis({ models: [model], store: openStore(dataDir) });
  service.acceptPuts();
  return service;
}

/** Reads all as the delivery stream and the event source mapping do. @returns the number of records */
function readAll(source: StreamSource | undefined): number {
  let count = 0;
  for (const shardId of source?.shardIds(STREAM_ARN) ?? []) {
    let position: string | null = null;
    for (;;) {
      const records: ShardRecord[] = source?.read(STREAM_ARN, shardId, position, 1_000) ?? [];
      const last = records.at(-1);
      if (last === undefined) break;
      position = last.sequenceNumber;
      count += records.length;
    }
  }
  return count;
}

async function main(): Promise<void> {
  const { url, source } =
    which === "kinesalite"
      ? {
          url: await listenOnLoopback(kinesalite({ path: dataDir, createStreamMs: 0 }), 0, "kinesalite"),
          source: undefined,
        }
      : await startOwn();
  process.on("message", (request) => {
    const records = request === "read" ? readAll(source) : 0;
    process.send?.({ cpu: process.cpuUsage(), records });
  });
  process.send?.({ url });
}

void main();
