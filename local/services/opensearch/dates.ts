import { HOUR_MS } from "../../../contract/hours";
import { DAY_MS } from "../../../contract/timestamp";
import { notSupported } from "./errors";

/** A parsed date: its first and last millisecond (`2010-01` is a whole month). */
interface DateRange {
  readonly first: number;
  readonly last: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** Parts of a timestamp that a pattern may name, by their letters. */
const PARTS: Readonly<Record<string, { readonly part: keyof Parts; readonly digits: number }>> = {
  yyyy: { part: "year", digits: 4 },
  MM: { part: "month", digits: 2 },
  dd: { part: "day", digits: 2 },
  HH: { part: "hour", digits: 2 },
  mm: { part: "minute", digits: 2 },
  ss: { part: "second", digits: 2 },
  SSS: { part: "milli", digits: 3 },
};

interface Parts {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  milli: number;
}

/** A date format. */
interface DateFormat {
  parse(text: string): DateRange | undefined;
  print(ms: number): string;
}

/** ISO 8601, in the one spelling that Dashboards writes. */
const ISO: DateFormat = {
  parse: (text) => {
    const ms = Date.parse(text);
    if (Number.isNaN(ms) || new Date(ms).toISOString() !== text) {
      throw notSupported(`date ${text}; supported for strict_date_optional_time: 2026-11-24T03:08:27.000Z`);
    }
    return { first: ms, last: ms };
  },
  print: (ms) => new Date(ms).toISOString(),
};

const formats = new Map<string, DateFormat>([["strict_date_optional_time", ISO]]);

/** Whether the double supports a format. */
export function isKnownFormat(format: string): boolean {
  return formatOf(format) !== undefined;
}

/** Parses a date in a format; undefined when it does not match. */
export function parseDate(text: string, format: string): DateRange | undefined {
  return required(format).parse(text);
}

/** Formats a date. */
export function printDate(ms: number, format: string): string {
  return required(format).print(ms);
}

function required(format: string): DateFormat {
  const found = formatOf(format);
  if (found) return found;
  throw notSupported(`date format ${format}`);
}

function formatOf(format: string): DateFormat | undefined {
  const known = formats.get(format) ?? pattern(format);
  if (known) formats.set(format, known);
  return known;
}

/** A pattern of the letters in {@link PARTS}; undefined when it contains others. */
function pattern(format: string): DateFormat | undefined {
  const pieces = format.match(/([A-Za-z])\1*|[^A-Za-z]+/g) ?? [];
  const steps: { part: keyof Parts; digits: number }[] = [];
  let source = "";
  for (const piece of pieces) {
    const step = PARTS[piece];
    if (step) {
      steps.push(step);
      source += `(\\d{${step.digits}})`;
    } else if (/[A-Za-z|]/.test(piece)) return undefined;
    else source += piece.replace(/[.*+?^${}()[\]\\/]/g, "\\$&");
  }
  if (!steps.some(({ part }) => part === "year")) return undefined;
  const regex = new RegExp(`^${source}$`);
  // The documents of a record have the same arrival, one after the other.
  let last: { readonly text: string; readonly range: DateRange | undefined } | undefined;
  return {
    parse: (text) => {
      if (last?.text === text) return last.range;
      const match = regex.exec(text);
      if (!match) return undefined;
      const parts: Partial<Parts> = {};
      steps.forEach(({ part }, at) => {
        parts[part] = Number(match[at + 1]);
      });
      const range = rangeOf(parts);
      last = { text, range };
      return range;
    },
    print: (ms) => {
      const parts = partsOf(ms);
      return pieces
        .map((piece) => {
          const step = PARTS[piece];
          return step ? String(parts[step.part]).padStart(step.digits, "0") : piece;
        })
        .join("");
    },
  };
}

function partsOf(ms: number): Parts {
  const date = new Date(ms);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    milli: date.getUTCMilliseconds(),
  };
}

/** The range of milliseconds that the given parts describe; undefined when the date does not exist. */
function rangeOf(given: Partial<Parts>): DateRange | undefined {
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, milli = 0 } = given;
  const first = Date.UTC(year, month - 1, day, hour, minute, second, milli);
  const back = partsOf(first);
  const exists = Object.entries(given).every(([part, value]) => back[part as keyof Parts] === value);
  if (!exists) return undefined;
  const end =
    given.milli !== undefined
      ? first + 1
      : given.second !== undefined
        ? first + SECOND_MS
        : given.minute !== undefined
          ? first + MINUTE_MS
          : given.hour !== undefined
            ? first + HOUR_MS
            : given.day !== undefined
              ? first + DAY_MS
              : given.month !== undefined
                ? Date.UTC(year, month)
                : Date.UTC(year + 1, 0);
  return { first, last: end - 1 };
}

/** Returns the start of the histogram bucket that contains a timestamp. */
type Floor = (ms: number) => number;

const HOUR: Floor = (ms) => Math.floor(ms / HOUR_MS) * HOUR_MS;
const DAY: Floor = (ms) => Math.floor(ms / DAY_MS) * DAY_MS;
const MONTH: Floor = (ms) => {
  const { year, month } = partsOf(ms);
  return Date.UTC(year, month - 1);
};
const CALENDAR: ReadonlyMap<string, Floor> = new Map([
  ["hour", HOUR],
  ["1h", HOUR],
  ["day", DAY],
  ["1d", DAY],
  ["month", MONTH],
  ["1M", MONTH],
]);

/** A calendar interval that the panels use, in UTC; undefined for any other. */
export function calendarInterval(text: string): Floor | undefined {
  return CALENDAR.get(text);
}

/** A fixed interval that the local page uses, in UTC; undefined for any other. */
export function fixedInterval(text: string): Floor | undefined {
  const width = { "1s": SECOND_MS, "1m": MINUTE_MS }[text];
  return width === undefined ? undefined : (ms) => Math.floor(ms / width) * width;
}

const UNITS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/**
 * Parses a date of a query: a date in the format, or a time before or after now (`now-15m`).
 * @param now milliseconds since 1970
 * @throws EngineError for other date math
 */
export function parseQueryDate(text: string, format: string, now: number): DateRange | undefined {
  if (!text.startsWith("now") && !text.includes("||")) return parseDate(text, format);
  const match = /^now(?:([+-]\d+)([smhd]))?$/.exec(text);
  if (!match) throw notSupported(`date math ${text}; supported: now, and now-15m with s, m, h or d`);
  const [, amount = 0, unit = "s"] = match;
  const ms = now + Number(amount) * (UNITS[unit] ?? 0);
  return { first: ms, last: ms };
}
