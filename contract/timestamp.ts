/** Milliseconds in a day, for the limits of a date. */
export const DAY_MS = 86_400_000;

const SECONDS_FORMAT = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/;

/** `YYYY-MM-DD HH:MM:SS.fff` in UTC, the spelling of `arrived_at`. @param ms since 1970, whole or not. */
export function formatTimestamp(ms: number): string {
  return new Date(Math.round(ms)).toISOString().replace("T", " ").replace("Z", "");
}

/** Milliseconds since 1970 of a text by {@link formatTimestamp}; NaN for another. */
export function parseTimestamp(text: string): number {
  return Date.parse(`${text.replace(" ", "T")}Z`);
}

/** Milliseconds since 1970 of a `YYYY-MM-DD HH:MM:SS` in UTC; undefined when no such second exists. */
export function parseSeconds(text: string): number | undefined {
  const match = SECONDS_FORMAT.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC carries 30 February over into March, and takes the years 0 to 99 for 1900 to 1999.
  return formatTimestamp(ms).startsWith(text) ? ms : undefined;
}

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
