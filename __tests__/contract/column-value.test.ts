import type { Column, Kind } from "../../contract/column";
import { judgeValue, storedValue } from "../../contract/column-value";

const ARRIVED_MS = Date.UTC(2026, 10, 28, 12);

function judge(kind: Kind, raw: string, required = true): unknown {
  const column: Column = { field: "c", required, comment: "", ...kind };
  const judged = judgeValue(column, { parsed: JSON.parse(raw), raw }, ARRIVED_MS);
  if ("refusal" in judged) return judged.refusal.reason;
  return judged.value === null ? null : storedValue(column, judged.value, raw);
}

const PRICE: Kind = { kind: "decimal", precision: 12, scale: 4 };

describe("what is stored of a value", () => {
  it.each<[Kind, string, string]>([
    [{ kind: "text", search: "exact" }, '"a\\u0062"', '"ab"'],
    [{ kind: "integer" }, "1e3", "1000"],
    [{ kind: "integer" }, "-0", "0"],
    [{ kind: "bigint" }, "9223372036854775807", "9223372036854775807"],
    [{ kind: "bigint" }, "-9223372036854775808", "-9223372036854775808"],
    [{ kind: "bigint" }, "9.007199254740993e15", "9007199254740993"],
    [{ kind: "double" }, "1E2", "100"],
    [PRICE, "2.950", "2.95"],
    [PRICE, "12345678.1234", "12345678.1234"],
    [{ kind: "decimal", precision: 18, scale: 2 }, "9999999999999999.99", "9999999999999999.99"],
    [{ kind: "boolean" }, "false", "false"],
    [{ kind: "timestamp", format: "seconds" }, '"2026-11-28 10:00:00"', '"2026-11-28 10:00:00"'],
    [{ kind: "timestamp", format: "iso" }, '"2026-11-28T10:00:00.5+01:00"', '"2026-11-28 09:00:00.500"'],
  ])("%o of %s", (kind, raw, stored) => {
    expect(judge(kind, raw)).toBe(stored);
  });

  it.each<[Kind, string, string]>([
    [{ kind: "integer" }, "2147483648", "out_of_range"],
    [{ kind: "integer" }, "1.5", "wrong_type"],
    [{ kind: "bigint" }, "9223372036854775808", "out_of_range"],
    [{ kind: "bigint" }, "0.5", "wrong_type"],
    [{ kind: "bigint" }, '"1"', "wrong_type"],
    [{ kind: "bigint" }, `1${"0".repeat(600)}e-600`, "out_of_range"],
    [{ kind: "double" }, "1e999", "out_of_range"],
    [PRICE, "0.00001", "out_of_range"],
    [PRICE, "123456789", "out_of_range"],
    [PRICE, "true", "wrong_type"],
    [{ kind: "boolean" }, "1", "wrong_type"],
    [{ kind: "boolean" }, '"true"', "wrong_type"],
    [{ kind: "timestamp", format: "iso" }, '"2026-11-28 10:00:00"', "invalid_date"],
    [{ kind: "timestamp", format: "seconds" }, '"2026-11-28T10:00:00Z"', "invalid_date"],
    [{ kind: "timestamp", format: "iso" }, '"2026-11-29T12:00:00.001Z"', "out_of_range"],
    [{ kind: "timestamp", format: "iso" }, '"1999-12-31T23:59:59Z"', "out_of_range"],
    [{ kind: "text", search: "words" }, '""', "empty_field"],
    [{ kind: "text", search: "words" }, "null", "missing_field"],
  ])("%o refuses %s", (kind, raw, reason) => {
    expect(judge(kind, raw)).toBe(reason);
  });

  it("is null where an optional value is null", () => {
    expect(judge(PRICE, "null", false)).toBeNull();
  });
});
