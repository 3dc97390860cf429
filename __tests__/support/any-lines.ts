import fc from "fast-check";
import { checksum } from "../../contract/checksum";
import type { Column } from "../../contract/column";
import type { Contract } from "../../contract/define";
import { isStored, RecordJudge, type StoredLine } from "../../contract/lines";
import { contractsOf, everyKind } from "./any-contract";
import { sequenceNumber } from "./kinesis-event";
import type { LayerLine } from "./lines-by-id";

/** When the lines arrived in the stream. */
export const ARRIVED_MS = Date.UTC(2026, 10, 24, 3, 8, 27, 123);

/** A contract, and lines that keep it. */
export interface ContractLines {
  readonly contract: Contract;
  readonly lines: readonly string[];
}

/** Lines as {@link RecordJudge} accepted them. */
export interface JudgedLines {
  readonly judge: RecordJudge;
  readonly stored: readonly StoredLine[];
  /** What a reconciliation reads from each layer that holds them. */
  readonly reconciled: ReadonlyMap<string, LayerLine>;
}

/** Lines of a contract. @param count how many */
export function linesOf(
  contract: Contract,
  count: { readonly minLength: number; readonly maxLength: number },
): fc.Arbitrary<ContractLines> {
  return fc.array(line(contract), count).map((lines) => ({ contract, lines }));
}

/** Judges lines, which must all be accepted. */
export function judged({ contract: { columns }, lines }: ContractLines): JudgedLines {
  const judge = new RecordJudge(columns);
  const found = judge.judgeRecord({
    shardId: "shardId-000000000001",
    sequenceNumber: sequenceNumber(1),
    arrivedAtMs: ARRIVED_MS,
    data: Buffer.from(lines.join("\n")),
  });
  expect(found.filter((one) => !isStored(one)).map(({ verdict }) => verdict)).toEqual([]);
  const stored = found.filter(isStored);
  expect(stored).toHaveLength(lines.length);
  const reconciled = stored.map(({ recordId, arrivedAt, verdict }) => {
    const checksums = [checksum(columns, verdict.values, arrivedAt, verdict.extra)];
    return [recordId, { checksums, arrivedAt }] as const;
  });
  return { judge, stored, reconciled: new Map(reconciled) };
}

const seconds = fc
  .integer({ min: Date.UTC(2000, 0, 1) / 1000, max: Math.floor(ARRIVED_MS / 1000) })
  .map((second) => second * 1000);

const ODD_TEXTS = ['"', "\\", "\n", "1.50", "null", "true", "2026-01-01", " é😀 ", "{}", '{"a":1.5}'];

/** JSON of a value that keeps the column. */
function value(column: Column): fc.Arbitrary<string> {
  switch (column.kind) {
    case "text":
      return fc
        .oneof(fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }), fc.constantFrom(...ODD_TEXTS))
        .map((given) => JSON.stringify(given));
    case "integer":
      return fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String);
    case "bigint":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
    case "double":
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((given) => JSON.stringify(given));
    case "boolean":
      return fc.boolean().map(String);
    case "decimal": {
      const { precision, scale } = column;
      const most = 10n ** BigInt(precision) - 1n;
      return fc.bigInt({ min: -most, max: most }).map((units) => {
        const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
        const whole = digits.slice(0, digits.length - scale);
        return `${units < 0n ? "-" : ""}${whole}${scale > 0 ? `.${digits.slice(-scale)}` : ""}`;
      });
    }
    case "timestamp":
      return seconds.map((ms) => {
        const iso = new Date(ms + (column.format === "iso" ? 7 : 0)).toISOString();
        return JSON.stringify(column.format === "iso" ? iso : iso.slice(0, 19).replace("T", " "));
      });
  }
}

/** No contract has a column of this name. */
const UNKNOWN = fc.constantFrom("", '"not a column":{"b":1.50,"a":[null,"é"]}');

/** A line of a contract: each optional column is there, null or absent; some have an unknown column. */
function line({ columns }: Contract): fc.Arbitrary<string> {
  const members = columns.map((column) => {
    const there = value(column).map((json) => `${JSON.stringify(column.field)}:${json}`);
    if (column.required) return there;
    return fc.oneof(there, fc.constantFrom("", `${JSON.stringify(column.field)}:null`));
  });
  return fc.tuple(...members, UNKNOWN).map((parts) => `{${parts.filter((part) => part !== "").join(",")}}`);
}

/** A few samples, the same in each run: narrow contracts and wide ones, and one of every kind, required and optional. */
export const SAMPLES: readonly (readonly [name: string, sample: ContractLines])[] = [
  ["every kind", drawn(everyKind)] as const,
  ...[1, 5, 30, 100].map((width) => {
    const others = { minLength: width - 1, maxLength: width - 1, size: "max" } as const;
    return [`${width} columns`, drawn(drawnOne(contractsOf(others), width))] as const;
  }),
];

function drawn(contract: Contract): ContractLines {
  return drawnOne(linesOf(contract, { minLength: 8, maxLength: 8 }), contract.columns.length);
}

function drawnOne<T>(arbitrary: fc.Arbitrary<T>, seed: number): T {
  // Not the first, which is as plain as can be.
  const [, second] = fc.sample(arbitrary, { numRuns: 2, seed });
  if (second === undefined) throw new Error("nothing was drawn");
  return second;
}
