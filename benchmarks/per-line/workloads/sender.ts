import { readFileSync } from "node:fs";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { createKinesisClient, kinesisPut } from "../../../loadgen/kinesis";
import { Batcher, type PackedRecord, Packer } from "../../../loadgen/pack";
import { produce } from "../../../loadgen/produce";
import type { SourceLine } from "../../../loadgen/source";
import type { Rounds } from "../rounds";

/** Lines that are sent to a stream. */
export interface SenderSettings {
  readonly url: string;
  /** A file of lines. */
  readonly file: string;
  /** How often the file is sent in a round. */
  readonly times: number;
  /** Lines in a stream record. */
  readonly pack: number;
}

const STREAM_NAME = "benchmark";
/** Calls in flight, as many as the load generator's. */
const IN_FLIGHT = 8;

/**
 * How often a round sends its lines, so that each round has its share of the garbage collections: of rounds of one pass
 * each second one had a large one, and took twice the time.
 */
const PASSES = 4;

/** Lines that are ready in memory, by the load generator. */
export async function senderRounds({ url, file, times, pack }: SenderSettings): Promise<Rounds> {
  const client = createKinesisClient({ region: "eu-west-1", endpointUrl: url });
  const lines = linesIn(file, times);
  return {
    parts: 1,
    run: async () => {
      const put = kinesisPut(client, STREAM_NAME);
      const report = await produce({ put, lines: ready(lines), pack });
      const sent = PASSES * lines.length;
      if (report.acknowledged !== sent) throw new Error(`${report.acknowledged} were acknowledged`);
      return sent;
    },
  };
}

/** The SDK's client alone, with the batches that the load generator would send. */
export async function bareSdkRounds({ url, file, times, pack }: SenderSettings): Promise<Rounds> {
  const client = createKinesisClient({ region: "eu-west-1", endpointUrl: url });
  const lines = linesIn(file, times);
  const packer = new Packer(pack, 1);
  const batcher = new Batcher();
  const batches: (readonly PackedRecord[])[] = [];
  const add = (batch: readonly PackedRecord[] | undefined): void => void (batch && batches.push(batch));
  for (const line of lines) for (const record of packer.add(line)) add(batcher.add(record));
  for (const record of packer.flush()) add(batcher.add(record));
  add(batcher.flush());
  const inputs = batches.map((batch) =>
    batch.map(({ data, partitionKey }) => ({ Data: data, PartitionKey: partitionKey })),
  );
  return {
    parts: 1,
    run: async () => {
      const waiting = Array.from({ length: PASSES }, () => inputs)
        .flat()
        .values();
      const sendAll = async (): Promise<void> => {
        for (const Records of waiting) {
          await client.send(new PutRecordsCommand({ StreamName: STREAM_NAME, Records }));
        }
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, sendAll));
      return PASSES * lines.length;
    },
  };
}

async function* ready(lines: readonly SourceLine[]): AsyncGenerator<readonly SourceLine[]> {
  for (let pass = 0; pass < PASSES; pass++) yield lines;
}

function linesIn(file: string, times: number): SourceLine[] {
  const texts = readFileSync(file, "utf8").split("\n");
  const all = Array.from({ length: times }, () => texts).flat();
  return all.map((text, at) => ({ bytes: Buffer.from(text), number: at + 1 }));
}
