import { mkdirSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import {
  CreateStreamCommand,
  DecreaseStreamRetentionPeriodCommand,
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
  type KinesisClient,
  ResourceNotFoundException,
  type StreamDescriptionSummary,
} from "@aws-sdk/client-kinesis";
import kinesalite from "kinesalite";
import sequences from "kinesalite/db";
import { closeServer, listenOnLoopback } from "../../../lib/loopback";
import type { Service, StreamModel } from "../../plan/data-plane";
import { localKinesis } from "../clients";

/** Options of the Kinesis endpoint. */
interface KinesisOptions {
  readonly models: readonly StreamModel[];
  /** Keeps the records. */
  readonly dataDir: string;
  /** @default a free one */
  readonly port?: number;
}

/** Records put into the streams since the start, by all producers. */
export interface PutCounts {
  readonly records: number;
  /** Records that PutRecords reported as failed; each attempt counts. */
  readonly refused: number;
  /** Time of the last accepted record, ms since 1970. */
  readonly lastMs?: number;
}

/** The streams of the Terraform behind the protocol of Kinesis. */
export interface KinesisService extends Service {
  readonly url: string;
  puts(): PutCounts;
}

/** Supported operations: they read and write records. Only Terraform changes the streams themselves. */
const SERVED = new Set([
  "PutRecord",
  "PutRecords",
  "GetRecords",
  "GetShardIterator",
  "ListShards",
  "ListStreams",
  "DescribeStream",
  "DescribeStreamSummary",
  "ListTagsForStream",
]);

/** Interval of DescribeStreamSummary while a stream is being created. */
const CREATION_POLL_MS = 5;

/**
 * Runs kinesalite in this process with its data on disk, and creates the missing streams. An acknowledged record
 * survives the end of the process, also a crash.
 * @throws Error when the port is taken, or when `dataDir` holds a stream with another number of shards.
 */
export async function startKinesis({ models, dataDir, port = 0 }: KinesisOptions): Promise<KinesisService> {
  mkdirSync(dataDir, { recursive: true });
  let served: ReadonlySet<string> | undefined;
  const server = createServer(models, dataDir);
  const puts = new PutCounter();
  const work = interceptRequests(server, (operation) => served?.has(operation) ?? true, puts);
  const close = async (): Promise<void> => {
    await closeServer(server);
    await work.ended();
    await closeDatabase(server);
  };
  try {
    const url = await listenOnLoopback(server, port, "stream");
    const client = localKinesis(url, identityOf(models[0]).region);
    for (const model of models) await ensureStream(client, model, dataDir);
    client.destroy();
    served = SERVED;
    return { url, close, puts: () => puts.counts };
  } catch (error) {
    await close();
    throw error;
  }
}

/** kinesalite takes account and region, of which it makes ARNs, from the environment at that moment. */
function createServer(models: readonly StreamModel[], path: string): Server {
  keepEmptyReadsInPlace();
  const { AWS_ACCOUNT_ID, AWS_REGION } = process.env;
  const { accountId, region } = identityOf(models[0]);
  Object.assign(process.env, { AWS_ACCOUNT_ID: accountId, AWS_REGION: region });
  try {
    const shardLimit = models.reduce((sum, { shardCount }) => sum + shardCount, 0) + 1_000;
    return kinesalite({ path, createStreamMs: 0, shardLimit });
  } finally {
    restore("AWS_ACCOUNT_ID", AWS_ACCOUNT_ID);
    restore("AWS_REGION", AWS_REGION);
  }
}

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

function identityOf(model: StreamModel | undefined): { readonly region: string; readonly accountId: string } {
  const [, , , region = "us-east-1", accountId = "000000000000"] = model?.arn.split(":") ?? [];
  return { region, accountId };
}

/**
 * After a read that finds nothing, kinesalite 3.3.3 moves the iterator up to the present second. A record whose
 * number was given out in the second before, but which reaches the database only after that read, then lies
 * behind the iterator: its reader never sees it. So such an iterator stays where it is.
 */
function keepEmptyReadsInPlace(): void {
  const { incrementSequence, stringifySequence, parseSequence } = sequences;
  if (incrementSequence.name === "inPlace") return;
  sequences.incrementSequence = function inPlace(sequence, seqTime) {
    if (seqTime === undefined || seqTime === null) return incrementSequence(sequence);
    return stringifySequence(typeof sequence === "string" ? parseSequence(sequence) : sequence);
  };
}

/** Requests that kinesalite is processing, also those whose client has disconnected. */
class RequestsInProgress {
  private count = 0;
  private notify: (() => void) | undefined;

  /** Follows one request from its last byte to the end of its answer. */
  follow(request: IncomingMessage, response: ServerResponse): void {
    let begun = false;
    request.once("end", () => {
      begun = true;
      this.count++;
    });
    const { end } = response;
    Object.assign(response, {
      end: (...given: unknown[]) => {
        if (begun) this.count--;
        begun = false;
        if (this.count === 0) this.notify?.();
        return Reflect.apply(end, response, given);
      },
    });
  }

  async ended(): Promise<void> {
    if (this.count === 0) return;
    await new Promise<void>((resolve) => {
      this.notify = resolve;
    });
  }
}

/** Counts the records in the responses to PutRecord and PutRecords. */
class PutCounter {
  counts: PutCounts = { records: 0, refused: 0 };

  /** Looks at the answer to a put on its way to the client. */
  follow(response: ServerResponse): void {
    const { end } = response;
    Object.assign(response, {
      end: (...given: unknown[]) => {
        if (response.statusCode === 200) this.count(String(given[0]));
        return Reflect.apply(end, response, given);
      },
    });
  }

  private count(answer: string): void {
    const taken = answer.match(/"SequenceNumber":/g)?.length ?? 0;
    const refused = answer.match(/"ErrorCode":/g)?.length ?? 0;
    const { counts } = this;
    this.counts = {
      records: counts.records + taken,
      refused: counts.refused + refused,
      ...(taken > 0 ? { lastMs: Date.now() } : counts.lastMs !== undefined && { lastMs: counts.lastMs }),
    };
  }
}

/** Operations whose responses report accepted records. */
const PUTS: ReadonlySet<string> = new Set(["PutRecord", "PutRecords"]);

/**
 * Intercepts kinesalite's requests: refuses unsupported operations, survives clients that disconnect, counts the records
 * that are put, and tracks the requests in progress, before whose end the database must not be closed.
 */
function interceptRequests(
  server: Server,
  isServed: (operation: string) => boolean,
  puts: PutCounter,
): RequestsInProgress {
  const [handle] = server.listeners("request");
  if (handle === undefined) throw new Error("kinesalite has no request listener: its version must be 3.3.3");
  const work = new RequestsInProgress();
  server.removeAllListeners("request");
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const [, operation] = String(request.headers["x-amz-target"]).split(".");
    if (operation !== undefined && !isServed(operation)) {
      refuse(response, operation);
      request.resume();
      return;
    }
    work.follow(request, response);
    if (operation !== undefined && PUTS.has(operation)) puts.follow(response);
    handle.call(server, request, response);
    // kinesalite throws what a request emits, which would end this process with any client that is killed.
    request.removeAllListeners("error");
    request.on("error", () => response.destroy());
  });
  return work;
}

function refuse(response: ServerResponse, operation: string): void {
  const message =
    `${operation} is not supported by the local run: its streams, and their shards, are as the Terraform ` +
    "describes them; records can be put and read";
  response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
  response.end(JSON.stringify({ __type: "UnsupportedOperationException", message }));
}

async function ensureStream(client: KinesisClient, model: StreamModel, dataDir: string): Promise<void> {
  const { name: StreamName, shardCount, retentionHours: RetentionPeriodHours } = model;
  let stream = await describe(client, StreamName);
  if (stream === undefined) {
    await client.send(new CreateStreamCommand({ StreamName, ShardCount: shardCount }));
    do {
      await new Promise((resolve) => setTimeout(resolve, CREATION_POLL_MS));
      stream = await describe(client, StreamName);
    } while (stream?.StreamStatus !== "ACTIVE");
  }
  if (stream.OpenShardCount !== shardCount) {
    throw new Error(
      `the stream ${StreamName} in ${dataDir} has ${stream.OpenShardCount} shards, ${model.address} wants ` +
        `${shardCount}; resharding is not supported here: use another --data-dir, or the old number`,
    );
  }
  const { RetentionPeriodHours: current = 24 } = stream;
  if (RetentionPeriodHours > current) {
    await client.send(new IncreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours }));
  } else if (RetentionPeriodHours < current) {
    await client.send(new DecreaseStreamRetentionPeriodCommand({ StreamName, RetentionPeriodHours }));
  }
}

async function describe(
  client: KinesisClient,
  StreamName: string,
): Promise<StreamDescriptionSummary | undefined> {
  try {
    const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
    return StreamDescriptionSummary;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** kinesalite's own close: the database, and then the server, which is closed already. */
async function closeDatabase(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.close((error?: NodeJS.ErrnoException) => {
      if (error === undefined || error.code === "ERR_SERVER_NOT_RUNNING") resolve();
      else reject(error);
    });
  });
}
