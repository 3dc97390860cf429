import type { PanelColumn } from "../../../dashboards/rows";

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const ONE_DIGIT = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const ANY = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const POUNDS = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP" });
const POUNDS_COMPACT = new Intl.NumberFormat("en-GB", {
  style: "currency",
  currency: "GBP",
  notation: "compact",
  minimumFractionDigits: 0,
  maximumFractionDigits: 1,
});

export const whole = (value: number): string => WHOLE.format(value);

/** A rate: small ones to a tenth. */
export const rate = (value: number): string => (value < 99.95 ? ONE_DIGIT : WHOLE).format(value);

/** A duration as text: `0.4 s`, `12 s`, `3 min`. */
export function seconds(value: number): string {
  if (value < 9.95) return `${ONE_DIGIT.format(value)} s`;
  return value < 119.5 ? `${WHOLE.format(value)} s` : `${WHOLE.format(value / 60)} min`;
}

/** The time since then, as text. */
export const age = (sinceMs: number, nowMs: number): string => seconds(Math.max(0, nowMs - sinceMs) / 1_000);

export const milliseconds = (value: number): string => `${WHOLE.format(value)} ms`;

export function bytes(value: number): string {
  if (value < 1_000) return `${value} B`;
  return value < 1e6 ? `${ANY.format(value / 1e3)} kB` : `${ANY.format(value / 1e6)} MB`;
}

/** `14:03:59` */
export const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);

/** `2026-11-25 14:00` */
export const hour = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace("T", " ");

/** A cell of a panel's rows. */
export function cellText({ holds }: Pick<PanelColumn, "holds">, value: string | number): string {
  if (typeof value === "string") return value === "" ? "none" : value;
  return holds === "pounds" ? POUNDS.format(value) : ANY.format(value);
}

/** A label of an axis. */
export function axisText({ holds }: Pick<PanelColumn, "holds">, value: number): string {
  return (holds === "pounds" ? POUNDS_COMPACT : COMPACT).format(value);
}
