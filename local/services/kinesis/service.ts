import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
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
import { interceptRequests, PutCounter, type PutCounts, SERVED } from "./operations";

/** Options of the Kinesis endpoint. */
interface KinesisOptions {
  readonly models: readonly StreamModel[];
  /** Stores the records. */
  readonly dataDir: string;
  /** @default a free one */
  readonly port?: number;
}

/** The Terraform's streams, served with the Kinesis API. */
export interface KinesisService extends Service {
  readonly url: string;
  puts(): PutCounts;
}

/** Interval of DescribeStreamSummary while a stream is being created. */
const CREATION_POLL_MS = 5;

/**
 * Runs kinesalite in this process with its data on disk, and creates the missing streams. An acknowledged record
 * survives the end of the process, even a crash.
 * @throws Error when the port is taken, or when `dataDir` holds a stream with a different number of shards.
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

/** kinesalite reads the account and region for its ARNs from the environment at this moment. */
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
 * After a read that finds nothing, kinesalite 3.3.3 moves the iterator up to the present second. If a record got
 * its sequence number in the second before and reaches the database only after that read, the iterator has passed
 * it and its reader never sees it. This patch leaves such an iterator in place.
 */
function keepEmptyReadsInPlace(): void {
  const { incrementSequence, stringifySequence, parseSequence } = sequences;
  if (incrementSequence.name === "inPlace") return;
  sequences.incrementSequence = function inPlace(sequence, seqTime) {
    if (seqTime === undefined || seqTime === null) return incrementSequence(sequence);
    return stringifySequence(typeof sequence === "string" ? parseSequence(sequence) : sequence);
  };
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
      `the stream ${StreamName} in ${dataDir} has ${stream.OpenShardCount} shards, but ${model.address} has ` +
        `${shardCount}; resharding is not supported here: use another --data-dir, or the old shard count`,
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

/** Calls kinesalite's own close: it closes the database, then the server, which is closed already. */
async function closeDatabase(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.close((error?: NodeJS.ErrnoException) => {
      if (error === undefined || error.code === "ERR_SERVER_NOT_RUNNING") resolve();
      else reject(error);
    });
  });
}
