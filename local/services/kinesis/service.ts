import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { Service, StreamModel } from "../../plan/data-plane";
import type { Store } from "../../store/store";
import { openShell } from "../protocol/shell";
import type { ShardPosition, ShardRecord, StreamSource } from "../stream-consumer/shard-reader";
import { answerError, answerRequest } from "./api";
import { inProcessClient } from "./in-process-client";
import { KinesisOperations, type PutCounts } from "./operations";
import { parseSequenceNumber } from "./sequence-number";
import { Stream, type StreamShard } from "./stream";

export type { PutCounts } from "./operations";

/** PutRecords takes 10 MiB of records, which base64 makes a third larger; the rest is for keys and names. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** Bytes of records that a consumer in this process reads at once. */
const SOURCE_READ_BYTES = 10 * 1024 * 1024;

/** Options of the Kinesis endpoint. */
interface KinesisOptions {
  readonly models: readonly StreamModel[];
  /** Keeps the records. */
  readonly store: Store;
  /** @default a free one */
  readonly port?: number;
}

/** The Terraform's streams, served with the Kinesis API. */
export interface KinesisService extends Service {
  readonly url: string;
  /** What the local run's own consumers read, without HTTP. */
  readonly source: StreamSource;
  /** A client of the local run's own parts, without HTTP and without read throttling. */
  readonly client: KinesisClient;
  puts(): PutCounts;
  /** Begins to accept puts. Until then they are answered with 503, which clients retry. */
  acceptPuts(): void;
}

/**
 * Opens the streams, creates those that are missing, and serves them. An acknowledged record survives the end of the
 * process, even a crash.
 * @throws Error when the port is taken, or when the store holds a stream with a different number of shards.
 */
export async function startKinesis({ models, store, port = 0 }: KinesisOptions): Promise<KinesisService> {
  const streams = new Map(models.map((model) => [model.name, new Stream(model, store)]));
  const owner = ownerOf(models[0]);
  const operations = new KinesisOperations(streams, owner);
  const client = inProcessClient(owner.region, (request) => {
    try {
      return answerRequest(operations, request);
    } catch (error) {
      return answerError(error, request.contentType);
    }
  });
  const shell = await openShell({
    name: "stream",
    port,
    maxBodyBytes: MAX_BODY_BYTES,
    async answer(request) {
      const { method, headers } = request;
      const target = headers["x-amz-target"];
      return answerRequest(operations, {
        method,
        target: typeof target === "string" ? target : undefined,
        contentType: headers["content-type"],
        body: await request.whole(),
        isThrottled: true,
      });
    },
    errorAnswer: (error, request) => answerError(error, request?.headers["content-type"]),
  });
  return {
    url: shell.url,
    client,
    source: sourceOf([...streams.values()]),
    puts: () => operations.puts(),
    acceptPuts: () => operations.acceptPuts(),
    async close() {
      client.destroy();
      await shell.close();
    },
  };
}

function ownerOf(model: StreamModel | undefined): { readonly region: string; readonly accountId: string } {
  const [, , , region = "us-east-1", accountId = "000000000000"] = model?.arn.split(":") ?? [];
  return { region, accountId };
}

function sourceOf(streams: readonly Stream[]): StreamSource {
  const streamOf = (arn: string): Stream => {
    const stream = streams.find(({ model }) => model.arn === arn);
    if (stream === undefined) throw new Error(`there is no stream ${arn}`);
    return stream;
  };
  const shardOf = (streamArn: string, shardId: string): { stream: Stream; shard: StreamShard } => {
    const stream = streamOf(streamArn);
    const shard = stream.shard(shardId);
    if (shard === undefined) throw new Error(`${streamArn} has no shard ${shardId}`);
    return { stream, shard };
  };
  return {
    shardIds: (streamArn) => streamOf(streamArn).shards.map(({ id }) => id),
    lastPosition: (streamArn, shardId) => shardOf(streamArn, shardId).shard.log.lastSequenceNumber ?? null,
    read(streamArn, shardId, position, limit): ShardRecord[] {
      const { stream, shard } = shardOf(streamArn, shardId);
      const { records } = shard.log.read(indexAfter(position, shard), {
        records: limit,
        bytes: SOURCE_READ_BYTES,
        retainedFromMs: stream.retainedFromMs(Date.now()),
      });
      return records.map((record) => ({ shardId, ...record }));
    },
  };
}

/** @throws Error for a position of another stream, such as one that was deleted with its folder */
function indexAfter(position: ShardPosition, { id, log }: StreamShard): number {
  if (position === null) return 1;
  const fields = parseSequenceNumber(position);
  if (fields === undefined || !log.numbers.isOwn(fields)) {
    throw new Error(`position ${position} is not one of ${id}: start with another --data-dir`);
  }
  return fields.index + 1;
}
