/** Milliseconds in a day, for the limits of a date. */
export const DAY_MS = 86_400_000;

/** What stands between the digits of `YYYY-MM-DD HH:MM:SS`. */
const SECONDS_FORMAT = /^....-..-.. ..:..:..$/;

/** The day of the last formatted time, in days since 1970, and its text: most times are of the day of the one before. */
let knownDay = Number.NaN;
let knownDate = "";

/** `YYYY-MM-DD HH:MM:SS.fff` in UTC, the spelling of `arrived_at`. @param ms since 1970, whole or not. */
export function formatTimestamp(ms: number): string {
  const whole = Math.round(ms);
  const day = Math.floor(whole / DAY_MS);
  if (day !== knownDay) {
    knownDate = new Date(whole).toISOString().split("T", 1)[0] ?? "";
    knownDay = day;
  }
  const ofDay = whole - day * DAY_MS;
  const seconds = Math.floor(ofDay / 1_000);
  const minutes = Math.floor(seconds / 60);
  const time = `${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}`;
  return `${knownDate} ${time}.${String(ofDay % 1_000).padStart(3, "0")}`;
}

/** Milliseconds since 1970 of a text by {@link formatTimestamp}; NaN for another. */
export function parseTimestamp(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`);
}

/** Milliseconds since 1970 of a `YYYY-MM-DD HH:MM:SS` in UTC, from the year 100; undefined when no such second exists. */
export function parseSeconds(text: string): number | undefined {
  if (!SECONDS_FORMAT.test(text)) return undefined;
  const year = 100 * twoDigits(text, 0) + twoDigits(text, 2);
  const [month, day] = [twoDigits(text, 5), twoDigits(text, 8)];
  const [hour, minute, second] = [twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17)];
  // NaN, for what is no digit, is not at most anything.
  const exists =
    year >= 100 &&
    month >= 1 &&
    day >= 1 &&
    day <= daysOf(year, month) &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59;
  return exists ? Date.UTC(year, month - 1, day, hour, minute, second) : undefined;
}

/** NaN where there are no two ASCII digits. */
function twoDigits(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - ZERO, text.charCodeAt(at + 1) - ZERO];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN;
}

/** NaN where there is no such month. */
function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS_OF_MONTHS[month - 1] ?? Number.NaN);
}

const ZERO = "0".charCodeAt(0);
const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));

const ISO_FORMAT =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d{2}):?(\d{2}))$/;

/**
 * Milliseconds since 1970 of an ISO 8601 date with time and zone, such as `2026-11-28T09:30:00.250+01:00`; undefined
 * when it has another form, or no such time exists. Digits behind the millisecond are cut off.
 */
export function parseIso(text: string): number | undefined {
  const match = ISO_FORMAT.exec(text);
  if (!match) return undefined;
  const [, date = "", time = "", second = "00", fraction = "", sign, hours = "0", minutes = "0"] = match;
  const local = parseSeconds(`${date} ${time}:${second}`);
  if (local === undefined || Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return local + Number(fraction.padEnd(3, "0").slice(0, 3)) + (sign === "-" ? offset : -offset);
}
