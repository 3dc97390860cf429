/** Milliseconds in a day, for the limits of a date. */
export declare const DAY_MS = 86400000;
/** `YYYY-MM-DD HH:MM:SS.fff` in UTC, the spelling of `arrived_at`. @param ms since 1970, whole or not. */
export declare function formatTimestamp(ms: number): string;
/** Milliseconds since 1970 of a `YYYY-MM-DD HH:MM:SS` in UTC; undefined when no such second exists. */
export declare function parseSeconds(text: string): number | undefined;
/**
 * Milliseconds since 1970 of an ISO 8601 date with time and zone, such as `2026-11-28T09:30:00.250+01:00`; undefined
 * when it has another form, or no such time exists. Digits behind the millisecond are cut off.
 */
export declare function parseIso(text: string): number | undefined;
