import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from "@duckdb/node-api";
import { DAY_MS } from "../../../../contract/timestamp";
import { QueryFailure } from "../../protocol/errors";
import type { Cell } from "../engine";
import { isZoned } from "./column-types";

const MICROS_IN_MS = 1000n;
const MICROS_IN_MINUTE = 60_000_000n;
const BIGINT_MIN = -(2n ** 63n);
const BIGINT_MAX = 2n ** 63n - 1n;
/** Java writes a floating point number with an exponent from this value up, and below {@link SMALLEST_PLAIN}. */
const SMALLEST_EXPONENT = 1e7;
const SMALLEST_PLAIN = 1e-3;
/** Nine decimal digits distinguish any two floats. */
const FLOAT_DIGITS = 9;

/** Spells a value as Athena does in its results. */
export function spellCell(value: DuckDBValue, type: DuckDBType): Cell {
  if (value === null) return null;
  if (typeof value === "string") return type.alias === "JSON" ? spellJson(value) : value;
  if (typeof value === "boolean") return String(value);
  if (typeof value === "bigint") return spellBigint(value);
  if (typeof value === "number") return spellNumber(value, type.typeId);
  if (value instanceof DuckDBDecimalValue) return value.toString();
  if (value instanceof DuckDBDateValue) return new Date(value.days * DAY_MS).toISOString().slice(0, 10);
  if (value instanceof DuckDBTimestampTZValue) return spellZoned(value, 0);
  if (value instanceof DuckDBStructValue && isZoned(type)) {
    const { instant, wall } = value.entries;
    if (!(instant instanceof DuckDBTimestampTZValue && wall instanceof DuckDBTimestampValue)) return null;
    return spellZoned(wall, Number((wall.micros - instant.micros) / MICROS_IN_MINUTE));
  }
  if (value instanceof DuckDBTimestampValue) return spellMoment(value.micros);
  if (value instanceof DuckDBBlobValue) return spellBytes(value.bytes);
  if (value instanceof DuckDBListValue && "valueType" in type) {
    const { valueType } = type;
    return `[${value.items.map((item) => spellCell(item, valueType) ?? "null").join(", ")}]`;
  }
  throw new TypeError(`a ${type} cannot be spelled`);
}

function spellNumber(value: number, type: DuckDBTypeId): string {
  if (type === DuckDBTypeId.DOUBLE) return spellJava(value, String(Math.abs(value)));
  return type === DuckDBTypeId.FLOAT ? spellJava(value, shortestFloat(Math.abs(value))) : String(value);
}

/** A string of JSON, or a number. */
const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** Trino's parser of JSON makes doubles of numbers with a fraction or an exponent, and Java spells them. */
function spellJson(text: string): string {
  return text.replace(JSON_TOKEN, (token) => {
    if (token.startsWith('"')) return token;
    if (/^-?\d+$/.test(token)) return token === "-0" ? "0" : token;
    const value = Number(token);
    return Number.isFinite(value) ? spellJava(value, String(Math.abs(value))) : `"${value}"`;
  });
}

/** DuckDB's sums are wider than Athena's bigint. */
function spellBigint(value: bigint): string {
  if (value >= BIGINT_MIN && value <= BIGINT_MAX) return value.toString();
  throw new QueryFailure("NUMERIC_VALUE_OUT_OF_RANGE", `bigint out of range: ${value}`);
}

/** Formats as Java's `Double.toString`: `2.95`, `100.0`, `1.0E10`. @param digits shortest decimal of the magnitude */
function spellJava(value: number, digits: string): string {
  if (!Number.isFinite(value)) return String(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const magnitude = Math.abs(value);
  if (magnitude === 0) return `${sign}0.0`;
  if (magnitude >= SMALLEST_PLAIN && magnitude < SMALLEST_EXPONENT) {
    return sign + (digits.includes(".") ? digits : `${digits}.0`);
  }
  const [mantissa = "", exponent = ""] = Number(digits).toExponential().split("e");
  return `${sign}${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}

function shortestFloat(value: number): string {
  for (let precision = 1; precision < FLOAT_DIGITS; precision++) {
    const digits = Number(value.toPrecision(precision));
    if (Math.fround(digits) === value) return String(digits);
  }
  return String(Number(value.toPrecision(FLOAT_DIGITS)));
}

/** `YYYY-MM-DD HH:MM:SS.fff`: Athena's timestamps have milliseconds; finer digits are rounded, halves up. */
function spellMoment(micros: bigint): string {
  const rounded = micros + MICROS_IN_MS / 2n;
  const below = rounded % MICROS_IN_MS < 0n ? 1n : 0n;
  const ms = Number(rounded / MICROS_IN_MS - below);
  if (ms !== lastMoment.ms) {
    lastMoment = { ms, text: new Date(ms).toISOString().replace("T", " ").replace("Z", "") };
  }
  return lastMoment.text;
}

/** The rows of a column often have the same time: the lines of a record arrived together. */
let lastMoment = { ms: 0, text: "1970-01-01 00:00:00.000" };

/** The local time in the zone, then the zone: `UTC`, or an offset such as `-02:30`. */
function spellZoned({ micros }: { readonly micros: bigint }, offsetMinutes: number): string {
  const wall = spellMoment(micros);
  const minutes = Math.abs(offsetMinutes);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((n) => String(n).padStart(2, "0"));
  return `${wall} ${minutes === 0 ? "UTC" : `${offsetMinutes < 0 ? "-" : "+"}${hour}:${minute}`}`;
}

function spellBytes(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
