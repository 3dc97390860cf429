import { lineJudge } from "../../contract/judge";
import type { RunTimeContract } from "../../contract/variable";
import { smokeValues } from "../../dashboards/smoke";
import { OperatorError } from "../../lib/operator-error";
import { generateByKinds } from "../../loadgen/generate-by-kinds";
import { aggregated } from "./aggregate";

/** A contract with the values that mark the lines of its smoke test. */
export interface SmokeContract extends RunTimeContract {
  readonly smoke: Readonly<Record<string, unknown>>;
}

/** Lines that a smoke test sends: refused ones, one aggregated record, some packed records, and single ones. */
export const SMOKE_LINES = {
  all: 1_000,
  broken: 5,
  userRecords: 10,
  packed: 50,
  linesPerRecord: 10,
} as const;

/** A record to put. */
export interface SmokeRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
  readonly lines: number;
  /** Whether its lines are user records of one aggregated record. */
  readonly isAggregated: boolean;
}

const NEWLINE = Buffer.from("\n");
/** So many that the records reach every shard. */
const PARTITION_KEYS = 256;

/**
 * The records of a smoke test. Its lines have the contract's smoke values, by which panels and saved queries leave them out,
 * and a column of their own, `smoke_test`, which tells them from each other; it is stored in `extra`.
 * @param run identifies the test
 * @throws OperatorError when the contract marks no smoke lines, or refuses lines with these values
 */
export function smokeRecords(contract: SmokeContract, run: string, nowMs: number): SmokeRecord[] {
  const marked = Object.keys(contract.smoke);
  if (marked.length === 0) {
    throw new OperatorError(
      "the contract does not say which lines figures leave out, so a smoke test would change them: " +
        'give defineContract a "smoke", such as { meter_id: "SMOKE" }, and deploy',
    );
  }
  const good = goodLines(contract, run, nowMs);
  const broken = brokenLines(contract, run, nowMs);
  assertJudged(contract, good, broken, nowMs);
  const { userRecords, packed, linesPerRecord } = SMOKE_LINES;
  const records: Omit<SmokeRecord, "partitionKey">[] = [
    {
      data: aggregated("smoke", good.slice(0, userRecords)),
      lines: userRecords,
      isAggregated: true,
    },
  ];
  for (let at = userRecords; at < userRecords + packed; at += linesPerRecord) {
    const lines = good.slice(at, at + linesPerRecord);
    const data = Buffer.concat(lines.flatMap((line) => [line, NEWLINE]));
    records.push({ data, lines: lines.length, isAggregated: false });
  }
  for (const line of [...broken, ...good.slice(userRecords + packed)]) {
    records.push({ data: Buffer.concat([line, NEWLINE]), lines: 1, isAggregated: false });
  }
  return records.map((record, at) => ({ ...record, partitionKey: `smoke-${at % PARTITION_KEYS}` }));
}

function goodLines(contract: SmokeContract, run: string, nowMs: number): Buffer[] {
  const { columns, eventTime, smoke } = contract;
  const others = columns.filter(({ field }) => !(field in smoke));
  const generated = generateByKinds({ columns: others, eventTime }, 1, () => nowMs);
  const values = smokeValues(contract).flatMap(({ column: { field, kind }, value }) => {
    if (value === undefined) return [];
    // JSON has no whole number of 64 bits, and a time is written as its definition spells it.
    const text =
      typeof value === "bigint" ? String(value) : JSON.stringify(kind === "timestamp" ? smoke[field] : value);
    return [`${JSON.stringify(field)}:${text}`];
  });
  return Array.from({ length: SMOKE_LINES.all - SMOKE_LINES.broken }, (_, number) => {
    const own = [...values, `"smoke_test":${JSON.stringify(`${run} ${number}`)}`];
    const line = generated.next().value.slice(1, -1);
    return Buffer.from(`{${[...(line === "" ? [] : [line]), ...own].join(",")}}`);
  });
}

/** Lines that every contract refuses, each for another reason. */
function brokenLines({ eventTime }: RunTimeContract, run: string, nowMs: number): Buffer[] {
  const time = JSON.stringify(eventTime);
  const marker = `"smoke_test":${JSON.stringify(run)}`;
  return [
    `{${marker},`,
    `["smoke_test",${JSON.stringify(run)}]`,
    `{${marker}}`,
    `{${marker},${time}:"yesterday"}`,
    `{${marker},${time}:${nowMs}}`,
  ].map((text) => Buffer.from(text));
}

/** The judge that both layers use decides here first. */
function assertJudged(
  { columns }: RunTimeContract,
  good: readonly Buffer[],
  broken: readonly Buffer[],
  nowMs: number,
): void {
  const judge = lineJudge(columns);
  for (const line of good) {
    const verdict = judge(line, nowMs);
    if (!verdict.accepted) {
      throw new OperatorError(
        `the contract refuses a line with its smoke values: ${verdict.detail}: ${line}`,
      );
    }
  }
  for (const line of broken) {
    if (judge(line, nowMs).accepted)
      throw new Error(`the contract accepts what was to be a broken line: ${line}`);
  }
}
