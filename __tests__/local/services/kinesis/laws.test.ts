import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  PutRecordsCommand,
} from "@aws-sdk/client-kinesis";
import fc from "fast-check";
import { parseSequenceNumber, SequenceNumbers } from "../../../../local/services/kinesis/sequence-number";
import { streamModel } from "../../support/streams";
import { Endpoint, hashKey } from "./fixture";

const STREAM = streamModel({ mode: "PROVISIONED", shardCount: 3 });

/** What a producer or a consumer does. */
type Action =
  /** A put of records of these sizes into these shards. */
  | { readonly put: readonly { readonly shard: number; readonly bytes: number }[] }
  /** A read of a shard by the reader that goes on, in steps of so many records. */
  | { readonly read: number; readonly limit: number }
  /** A read from a record on that was put. */
  | { readonly from: number; readonly type: "AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER" | "AT_TIMESTAMP" }
  | { readonly passMs: number }
  | { readonly restart: true };

const shard = fc.integer({ min: 0, max: STREAM.shardCount - 1 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      put: fc.array(
        fc.record({
          shard,
          // Some larger than what a shard keeps in memory.
          bytes: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 100 }) }, fc.constant(900_000)),
        }),
        { minLength: 1, maxLength: 12 },
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ read: shard, limit: fc.integer({ min: 1, max: 9 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      from: fc.nat(1_000),
      type: fc.constantFrom(
        "AT_SEQUENCE_NUMBER" as const,
        "AFTER_SEQUENCE_NUMBER" as const,
        "AT_TIMESTAMP" as const,
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ passMs: fc.integer({ min: -50, max: 5_000 }) }) },
  { weight: 1, arbitrary: fc.constant({ restart: true } as const) },
);

interface Sent {
  readonly shard: number;
  readonly data: string;
  readonly number: string;
  readonly atMs: number;
}

test("law: each shard has the acknowledged records in the order of their puts, once, from wherever it is read", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 30 }), async (actions) => {
      const endpoint = new Endpoint();
      let now = 1_800_000_000_000;
      const clock = jest.spyOn(Date, "now").mockImplementation(() => now);
      await endpoint.start([STREAM]);
      const sent: Sent[] = [];
      const iterators = new Map<number, string>();
      const seen = new Map<number, string[]>();
      const expected = (of: number): string[] =>
        sent.filter((record) => record.shard === of).map(({ data }) => data);
      const open = async (of: number, start: Partial<GetShardIteratorCommandInput>): Promise<string> => {
        const { ShardIterator = "" } = await endpoint.service.client.send(
          new GetShardIteratorCommand({
            StreamName: STREAM.name,
            ShardId: `shardId-00000000000${of}`,
            ShardIteratorType: "TRIM_HORIZON",
            ...start,
          }),
        );
        return ShardIterator;
      };
      const read = async (ShardIterator: string, Limit: number) => {
        const output = await endpoint.service.client.send(new GetRecordsCommand({ ShardIterator, Limit }));
        return {
          next: output.NextShardIterator ?? "",
          behindMs: output.MillisBehindLatest ?? -1,
          numbers: (output.Records ?? []).map(({ SequenceNumber = "" }) => BigInt(SequenceNumber)),
          texts: (output.Records ?? []).map(({ Data }) => Buffer.from(Data ?? []).toString()),
        };
      };
      /** One more step of the reader that goes on. */
      const advance = async (of: number, limit: number): Promise<number> => {
        const { next, texts, behindMs } = await read(iterators.get(of) ?? (await open(of, {})), limit);
        const all = [...(seen.get(of) ?? []), ...texts];
        seen.set(of, all);
        iterators.set(of, next);
        expect(all).toEqual(expected(of).slice(0, all.length));
        expect(behindMs === 0).toBe(all.length === expected(of).length);
        return texts.length;
      };
      try {
        for (const step of actions) {
          if ("put" in step) {
            const texts = step.put.map(({ bytes }, n) => `${sent.length}-${n}-`.padEnd(bytes, "x"));
            const { Records = [] } = await endpoint.client.send(
              new PutRecordsCommand({
                StreamName: STREAM.name,
                Records: step.put.map(({ shard: of }, n) => ({
                  Data: Buffer.from(texts[n] ?? ""),
                  PartitionKey: "k",
                  ExplicitHashKey: hashKey(of, STREAM.shardCount),
                })),
              }),
            );
            for (const [n, { SequenceNumber: number }] of Records.entries()) {
              if (number === undefined) continue;
              sent.push({ shard: step.put[n]?.shard ?? -1, data: texts[n] ?? "", number, atMs: now });
            }
          } else if ("read" in step) {
            await advance(step.read, step.limit);
          } else if ("from" in step) {
            const record = sent[step.from % Math.max(1, sent.length)];
            if (record === undefined) continue;
            const start =
              step.type === "AT_TIMESTAMP"
                ? { Timestamp: new Date(Math.min(now, record.atMs)) }
                : { StartingSequenceNumber: record.number };
            const iterator = await open(record.shard, { ShardIteratorType: step.type, ...start });
            const { texts, numbers } = await read(iterator, 10_000);
            const all = expected(record.shard);
            const at = all.indexOf(record.data);
            if (step.type === "AT_SEQUENCE_NUMBER") expect(texts[0]).toBe(record.data);
            if (step.type === "AFTER_SEQUENCE_NUMBER") expect(texts[0]).toBe(all[at + 1]);
            // The clock may have been set back since: then it begins earlier, never later.
            if (step.type === "AT_TIMESTAMP") expect(texts).toContain(record.data);
            expect(texts).toEqual(all.slice(all.length - texts.length).slice(0, texts.length));
            for (const [n, number] of numbers.slice(1).entries())
              expect(number > (numbers[n] ?? 0n)).toBe(true);
          } else if ("passMs" in step) {
            now += step.passMs;
          } else {
            await endpoint.stop();
            await endpoint.start([STREAM]);
          }
        }
        for (let of = 0; of < STREAM.shardCount; of++) {
          // Time is not to run out for an iterator.
          while ((await advance(of, 7)) > 0);
          expect(seen.get(of)).toEqual(expected(of));
        }
      } finally {
        clock.mockRestore();
        await endpoint.stop();
        endpoint.remove();
      }
    }),
    { numRuns: 40 },
  );
});

test("law: sequence numbers rise with the index, whatever the arrival, and give back what they encode", () => {
  const time = fc.integer({ min: 0, max: 2 ** 42 });
  const index = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 1 });
  fc.assert(
    fc.property(time, fc.nat(0xffffffff), index, time, time, (createdAtMs, of, at, first, second) => {
      const numbers = new SequenceNumbers(createdAtMs, of);
      const number = numbers.of(at, first);
      const fields = parseSequenceNumber(number);

      expect(BigInt(numbers.of(at + 1, second))).toBeGreaterThan(BigInt(number));
      expect(number).toMatch(/^\d{56}$/);
      expect(fields).toMatchObject({ shard: of, index: at, arrivedAtSeconds: Math.floor(first / 1_000) });
      expect(fields && numbers.isOwn(fields)).toBe(true);
      expect(fields && new SequenceNumbers(createdAtMs + 1_000, of).isOwn(fields)).toBe(false);
    }),
  );
});

test("a text that is no sequence number is none", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.bigInt({ min: -1n, max: 2n ** 200n }).map(String)), (text) => {
      const fields = parseSequenceNumber(text);
      if (fields === undefined) return;
      const again = new SequenceNumbers(fields.createdAtSeconds * 1_000, fields.shard);
      expect(again.isOwn(fields)).toBe(true);
    }),
  );
});
