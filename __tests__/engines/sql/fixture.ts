import { PutObjectCommand } from "@aws-sdk/client-s3";
import { HOUR_MS, hourOf } from "../../../contract/hours";
import { isStored, type StreamRecord } from "../../../contract/lines";
import { quarantineEntry, writeQuarantine } from "../../../contract/quarantine";
import { generate } from "../../../loadgen/generate";
import { ZONES } from "../../../modules/batch/zones";
import type { BatchLayer } from "../../support/batch-layer";
import { BROKEN_LINES } from "../../support/broken-lines";
import type { RawLine } from "../../support/raw-lines";
import { judgeRecord, storedJson } from "../../support/retail";

/** The time of all queries; the same on every engine, because names and conditions contain it. */
export const NOW = Date.UTC(2026, 10, 24, 6, 20);
/** Hours in which lines arrived, oldest first; the last has not ended. */
export const HOURS = [hourOf(NOW - 2 * HOUR_MS), hourOf(NOW - HOUR_MS), hourOf(NOW)] as const;

const GENERATED = 300;
const LINES_PER_OBJECT = 40;

/** Lines that producers may send and an engine could misread. */
const PARTICULAR: readonly Readonly<Record<string, unknown>>[] = [
  { Description: null, Customer_ID: null, Country: null },
  { Description: "", Customer_ID: "", Country: "" },
  { Description: undefined, Customer_ID: undefined, Country: undefined },
  { Description: 'a "quoted", one\nof two lines\\', Country: "Österreich 🇦🇹" },
  { Quantity: -2_147_483_648, Price: 1e-7 },
  { Quantity: 2_147_483_647, Price: 12_345_678.9 },
  { Quantity: 0, Price: 0 },
  { Price: -1.5e-300, Invoice: "C=1", StockCode: "=" },
  { InvoiceDate: "2000-01-01 00:00:00", Unknown: { nested: [1, "two", null] } },
  { InvoiceDate: "2024-02-29 23:59:59", "Another One": "x" },
];

/** The records of a small stream, in order. */
export function streamRecords(): StreamRecord[] {
  const [first] = HOURS;
  const span = NOW - first.startMs;
  let arrivedAtMs = first.startMs;
  const rows = generate(7, () => arrivedAtMs);
  const lines: (number | Uint8Array)[] = Array.from({ length: GENERATED }, (_, at) => at);
  const template = {
    Invoice: "1",
    StockCode: "1",
    Quantity: 1,
    InvoiceDate: "2020-01-01 00:00:00",
    Price: 1,
  };
  const special = [
    // Different prices: with equal sums the order would be undefined.
    ...PARTICULAR.map((change, at) =>
      Buffer.from(JSON.stringify({ ...template, Price: at + 0.35, ...change })),
    ),
    ...BROKEN_LINES.map(({ bytes }) => bytes),
  ];
  // Spread among the others, so that each object contains some.
  for (const [at, line] of special.entries()) lines.splice(at * 10, 0, line);
  return lines.map((line, number) => {
    arrivedAtMs = first.startMs + Math.floor((number * span) / lines.length);
    return {
      shardId: `shardId-${String(number % 4).padStart(12, "0")}`,
      sequenceNumber: `49${String(number).padStart(54, "0")}`,
      arrivedAtMs,
      data: typeof line === "number" ? Buffer.from(JSON.stringify(rows.next().value)) : line,
    };
  });
}

/**
 * Delivers the stream as Firehose would: small objects below the hour of their first line, one of them twice, and
 * one again an hour later; lines that break the contract go to the quarantine of both layers.
 */
export async function deliver(layer: BatchLayer, records: readonly StreamRecord[]): Promise<void> {
  const { bucket } = layer.config.OLD_TABLE_LOCATION_PREFIX;
  const lines = records.flatMap((record) => judgeRecord(record));
  const stored = lines.filter(isStored).map((line) => ({
    identity: line.recordId,
    json: storedJson(line),
    at: Date.parse(`${line.arrivedAt}Z`),
  }));
  for (let at = 0, number = 0; at < stored.length; number++) {
    const start = stored[at];
    if (start === undefined) break;
    const hour = hourOf(start.at);
    const object: RawLine[] = stored
      .slice(at, at + LINES_PER_OBJECT)
      .filter((line) => hourOf(line.at).startMs === hour.startMs);
    at += object.length;
    await layer.deliver(hour, `${number}.json`, object);
    if (number === 1) await layer.deliver(hour, `${number}-again.json`, object);
    if (number === 2) await layer.deliver(HOURS[1], `${number}-late.json`, object);
  }
  const refused = lines.flatMap((line) => (line.verdict.accepted ? [] : [{ line, verdict: line.verdict }]));
  for (const by of ["batch", "speed"] as const) {
    const entries = refused.map(({ line, verdict }) =>
      quarantineEntry(line, by, verdict.reason, verdict.detail),
    );
    await writeQuarantine(entries, ZONES.quarantine, async (Key, Body) => {
      await layer.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    });
  }
}
