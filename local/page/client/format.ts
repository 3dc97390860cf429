import { CURRENCIES } from "../../../dashboards/money";
import type { PanelColumn } from "../../../dashboards/rows";

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const ONE_DIGIT = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const ANY = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const COMPACT_OF_UNIT = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });
const SMALL = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });
/** Most digits that a number of double precision may need. */
const ALL_DIGITS = 20;

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

type NumberColumn = Pick<PanelColumn, "digits" | "unit">;

/** A cell of a panel's rows. A number of a unit has all of its digits, money of a line at least those of its currency. */
export function cellText({ digits, unit }: NumberColumn, value: string | number): string {
  if (typeof value === "string") return value === "" ? "none" : value;
  const ofMoney = unit && "currency" in unit ? CURRENCIES[unit.currency].digits : 0;
  const least = unit ? (digits ?? ofMoney) : 0;
  return withUnit(unit, value, formatOf(least, digits ?? ALL_DIGITS));
}

/** A label of an axis. */
export function axisText({ unit }: NumberColumn, value: number): string {
  const compact = unit ? COMPACT_OF_UNIT : COMPACT;
  return withUnit(unit, value, Math.abs(value) < 1 ? SMALL : compact);
}

function withUnit(unit: NumberColumn["unit"], value: number, format: Intl.NumberFormat): string {
  if (unit === undefined) return format.format(value);
  const text = format.format(Math.abs(value));
  const sign = value < 0 ? "-" : "";
  if ("currency" in unit) return `${sign}${symbolOf(unit.currency)}${text}`;
  return unit.position === "before" ? `${sign}${unit.text}${text}` : `${sign}${text} ${unit.text}`;
}

/** A currency's symbol, such as `£`. */
function symbolOf(currency: string): string {
  const format = new Intl.NumberFormat("en", {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
  });
  return format.formatToParts(0).find(({ type }) => type === "currency")?.value ?? currency;
}

const FORMATS = new Map<string, Intl.NumberFormat>();

function formatOf(minimumFractionDigits: number, maximumFractionDigits: number): Intl.NumberFormat {
  const key = `${minimumFractionDigits} ${maximumFractionDigits}`;
  const format =
    FORMATS.get(key) ?? new Intl.NumberFormat("en", { minimumFractionDigits, maximumFractionDigits });
  FORMATS.set(key, format);
  return format;
}
