/** A date as read: the first millisecond it stands for, and the last (`2010-01` is a whole month). */
export interface DateRange {
  readonly first: number;
  readonly last: number;
}

/** The engine's default for date fields without a format. */
export const DEFAULT_DATE_FORMAT = "strict_date_optional_time||epoch_millis";

const DAY_MS = 86_400_000;
const FIXED_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
};

/** Parts of a moment that a pattern may name, by their letters. */
const PARTS: Readonly<Record<string, { readonly part: keyof Parts; readonly digits: number }>> = {
  yyyy: { part: "year", digits: 4 },
  uuuu: { part: "year", digits: 4 },
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

const ISO =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$/;

/** One way to write a date. */
interface DateFormat {
  parse(text: string): DateRange | undefined;
  print(ms: number): string;
}

const formats = new Map<string, readonly DateFormat[]>();

/** Whether every alternative of `format` (joined by `||`) is one that the double knows. */
export function isKnownFormat(format: string): boolean {
  return alternatives(format) !== undefined;
}

/** Reads a date in one of the formats; undefined when it is in none of them. */
export function parseDate(text: string, format: string): DateRange | undefined {
  for (const alternative of alternatives(format) ?? []) {
    const range = alternative.parse(text);
    if (range) return range;
  }
  return undefined;
}

/** Writes a date in the first of the formats. */
export function printDate(ms: number, format: string): string {
  return alternatives(format)?.[0]?.print(ms) ?? String(ms);
}

function alternatives(format: string): readonly DateFormat[] | undefined {
  const known = formats.get(format);
  if (known) return known;
  const found = format.split("||").map(oneFormat);
  if (!found.every((item) => item !== undefined)) return undefined;
  formats.set(format, found);
  return found;
}

function oneFormat(format: string): DateFormat | undefined {
  switch (format) {
    case "epoch_millis":
      return epoch(1);
    case "epoch_second":
      return epoch(1000);
    case "strict_date_optional_time":
    case "date_optional_time":
      return { parse: parseIso, print: (ms) => new Date(ms).toISOString() };
    default:
      return pattern(format);
  }
}

function epoch(unit: number): DateFormat {
  return {
    parse: (text) => {
      if (!/^-?\d+$/.test(text)) return undefined;
      const first = Number(text) * unit;
      return { first, last: first + unit - 1 };
    },
    print: (ms) => String(Math.floor(ms / unit)),
  };
}

function parseIso(text: string): DateRange | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const milli = fraction === undefined ? undefined : Number(fraction.slice(0, 3).padEnd(3, "0"));
  const number = (part: string | undefined): number | undefined =>
    part === undefined ? undefined : Number(part);
  const range = rangeOf({
    year: Number(year),
    ...defined("month", number(month)),
    ...defined("day", number(day)),
    ...defined("hour", number(hour)),
    ...defined("minute", number(minute)),
    ...defined("second", number(second)),
    ...defined("milli", milli),
  });
  const offset = zone === undefined || zone === "Z" ? 0 : offsetMs(zone);
  return range && { first: range.first - offset, last: range.last - offset };
}

function defined<K extends string>(key: K, value: number | undefined): Partial<Record<K, number>> {
  const member: Partial<Record<K, number>> = {};
  if (value !== undefined) member[key] = value;
  return member;
}

function offsetMs(zone: string): number {
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** A pattern of the letters in {@link PARTS}; undefined when it has others. */
function pattern(format: string): DateFormat | undefined {
  const pieces = format.match(/([A-Za-z])\1*|[^A-Za-z]+/g) ?? [];
  const steps: { part: keyof Parts; digits: number }[] = [];
  let source = "";
  for (const piece of pieces) {
    const step = PARTS[piece];
    if (step) {
      steps.push(step);
      source += `(\\d{${step.digits}})`;
    } else if (/[A-Za-z]/.test(piece)) return undefined;
    else source += piece.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  }
  if (!steps.some(({ part }) => part === "year")) return undefined;
  const regex = new RegExp(`^${source}$`);
  return {
    parse: (text) => {
      const match = regex.exec(text);
      if (!match) return undefined;
      const parts: Partial<Parts> = {};
      steps.forEach(({ part }, at) => {
        parts[part] = Number(match[at + 1]);
      });
      return rangeOf(parts);
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

/** From the first to the last millisecond that the given parts leave open; undefined for no such date. */
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
        ? first + 1_000
        : given.minute !== undefined
          ? first + 60_000
          : given.hour !== undefined
            ? first + 3_600_000
            : given.day !== undefined
              ? first + DAY_MS
              : given.month !== undefined
                ? Date.UTC(year, month)
                : Date.UTC(year + 1, 0);
  return { first, last: end - 1 };
}

/** Calendar units, as date math and calendar intervals name them. */
const CALENDAR: Readonly<Record<string, string>> = {
  m: "minute",
  h: "hour",
  H: "hour",
  d: "day",
  w: "week",
  M: "month",
  q: "quarter",
  y: "year",
};

/** How a histogram cuts time: where the bucket of a moment begins, and where the one after it does. */
export interface Interval {
  floor(ms: number): number;
  next(floor: number): number;
}

/** A fixed interval such as `12h`; undefined when it is none. */
export function fixedInterval(text: string): Interval | undefined {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text);
  const size = Number(match?.[1]) * (FIXED_UNITS[match?.[2] ?? ""] ?? Number.NaN);
  if (!(size > 0)) return undefined;
  return { floor: (ms) => Math.floor(ms / size) * size, next: (floor) => floor + size };
}

/** A calendar interval such as `month` or `1M`, in UTC; undefined when it is none. */
export function calendarInterval(text: string): Interval | undefined {
  const unit = /^1[a-zA-Z]$/.test(text) ? CALENDAR[text.slice(1)] : text;
  if (unit === undefined || !Object.values(CALENDAR).includes(unit)) return undefined;
  return { floor: (ms) => floorTo(ms, unit), next: (floor) => add(floor, 1, unit) };
}

function floorTo(ms: number, unit: string): number {
  const { year, month } = partsOf(ms);
  switch (unit) {
    case "minute":
      return Math.floor(ms / 60_000) * 60_000;
    case "hour":
      return Math.floor(ms / 3_600_000) * 3_600_000;
    case "day":
      return Math.floor(ms / DAY_MS) * DAY_MS;
    case "week":
      // 1970-01-01 was a Thursday; weeks begin on Monday.
      return (Math.floor((ms / DAY_MS + 3) / 7) * 7 - 3) * DAY_MS;
    case "quarter":
      return Date.UTC(year, Math.floor((month - 1) / 3) * 3);
    case "year":
      return Date.UTC(year, 0);
    default:
      return Date.UTC(year, month - 1);
  }
}

function add(ms: number, count: number, unit: string): number {
  const date = new Date(ms);
  switch (unit) {
    case "second":
      return ms + count * 1_000;
    case "minute":
      return ms + count * 60_000;
    case "hour":
      return ms + count * 3_600_000;
    case "day":
      return ms + count * DAY_MS;
    case "week":
      return ms + count * 7 * DAY_MS;
    case "quarter":
      return date.setUTCMonth(date.getUTCMonth() + 3 * count);
    case "year":
      return date.setUTCFullYear(date.getUTCFullYear() + count);
    default:
      return date.setUTCMonth(date.getUTCMonth() + count);
  }
}

/**
 * Reads a date as a query gives it: in a format, or as date math (`now-15m`, `2010-01-01 00:00:00||+1M/d`).
 * @param now milliseconds since 1970
 */
export function parseDateMath(text: string, format: string, now: number): DateRange | undefined {
  const [anchor, math] = text.startsWith("now")
    ? [{ first: now, last: now }, text.slice(3)]
    : splitMath(text, format);
  if (!anchor) return undefined;
  let { first, last } = anchor;
  let rest = math;
  while (rest !== "") {
    const step = /^(?:([+-])(\d*)([smhHdwMqy])|\/([smhHdwMy]))/.exec(rest);
    if (!step) return undefined;
    const [whole, sign, amount, unit, rounding] = step;
    if (rounding !== undefined) {
      const name = rounding === "s" ? "second" : (CALENDAR[rounding] ?? "");
      first = name === "second" ? Math.floor(first / 1000) * 1000 : floorTo(first, name);
      last = add(first, 1, name) - 1;
    } else {
      const count = (sign === "-" ? -1 : 1) * (amount === "" ? 1 : Number(amount));
      const name = unit === "s" ? "second" : (CALENDAR[unit ?? ""] ?? "");
      first = add(first, count, name);
      last = add(last, count, name);
    }
    rest = rest.slice(whole.length);
  }
  return { first, last };
}

function splitMath(text: string, format: string): [DateRange | undefined, string] {
  const at = text.indexOf("||");
  return at === -1
    ? [parseDate(text, format), ""]
    : [parseDate(text.slice(0, at), format), text.slice(at + 2)];
}
