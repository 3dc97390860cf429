import type { Column } from "../contract/column";
import { HOUR_MS } from "../contract/hours";
import { DAY_MS, formatTimestamp } from "../contract/timestamp";
import type { RunTimeContract } from "../contract/variable";
import { type History, PastTimes } from "./past-times";
import { Random } from "./random";

/** How many values a column of text has. */
const VOCABULARIES = [4, 12, 50, 200] as const;
/** Characters of a column's name in its values. */
const LONGEST_STEM = 24;
const WORDS = [
  "north",
  "south",
  "spare",
  "first",
  "early",
  "large",
  "quiet",
  "amber",
  "metal",
  "round",
] as const;

/** Shares of the values that an optional column does not have. */
const ABSENT = 0.06;
const NULL = 0.02;
const EMPTY = 0.02;

const NEGATIVE = 0.05;
/** Share of the largest and smallest numbers that a decimal, an integer or a bigint can hold. */
const EXTREME = 0.002;
/** Digits before the point of an ordinary number, at most. */
const ORDINARY_DIGITS = 4;
/** Decimal digits that a random number of 32 bits gives. */
const DIGITS_OF_A_DRAW = 9;

/** Share of ISO timestamps that have another zone than UTC. */
const ZONED = 0.1;
const MINUTE_MS = 60_000;
/** Mean age of timestamps beside the event time, and the greatest. */
const MEAN_AGE_MS = 6 * HOUR_MS;
const GREATEST_AGE_MS = 30 * DAY_MS;

/** Makes the JSON text of a value; undefined where the line has none. @param nowMs of the line */
type ValueMaker = (random: Random, nowMs: number) => string | undefined;

/**
 * Synthetic lines of a contract without end, by the kinds of its columns: texts of a bounded vocabulary such as
 * `meter_id-017`, numbers of ordinary size with some negative and a few extreme ones, the event time now and other
 * timestamps before it, optional columns absent, null or empty at times. The same seed gives the same lines, but for
 * the times. The event times of a history are spread evenly over its span, because nothing is known of the business.
 * @param now milliseconds since 1970
 */
export function* generateByKinds(
  { columns, eventTime }: RunTimeContract,
  seed: number,
  now: () => number = Date.now,
  history?: History,
): Generator<string, never> {
  const vocabulary = new Random(seed, 1);
  const makers = columns.map((column) => {
    const make = makerOf(column, column.field === eventTime, vocabulary);
    return { key: JSON.stringify(column.field), make: column.required ? make : orNothing(column, make) };
  });
  const random = new Random(seed);
  const past = history && { ...history, times: new PastTimes(history, now()) };
  for (let line = 0; ; line++) {
    const nowMs = past && line < past.lines ? past.times.at((line + 0.5) / past.lines) : now();
    const members: string[] = [];
    for (const { key, make } of makers) {
      const value = make(random, nowMs);
      if (value !== undefined) members.push(`${key}:${value}`);
    }
    yield `{${members.join(",")}}`;
  }
}

function orNothing({ kind }: Column, make: ValueMaker): ValueMaker {
  return (random, nowMs) => {
    const at = random.next();
    // Drawn in any case, so that an absent value moves no other.
    const value = make(random, nowMs);
    if (at < ABSENT) return undefined;
    if (at < ABSENT + NULL) return "null";
    return kind === "text" && at < ABSENT + NULL + EMPTY ? '""' : value;
  };
}

function makerOf(column: Column, isEventTime: boolean, vocabulary: Random): ValueMaker {
  switch (column.kind) {
    case "text":
      return textMaker(column.field, column.search === "words", vocabulary);
    case "boolean":
      return (random) => String(random.chance(0.7));
    case "integer":
      return (random) => numberText(random, 10, 0, "2147483647");
    case "bigint":
      return (random) =>
        // Identifiers beyond 2^53, which a double would round.
        random.chance(0.3)
          ? numberText(random, 18, 0, "9223372036854775807", 18)
          : numberText(random, 18, 0, "9223372036854775807");
    case "decimal": {
      const { precision, scale } = column;
      const most = "9".repeat(precision);
      const largest = scale === 0 ? most : `${most.slice(0, -scale) || "0"}.${most.slice(-scale)}`;
      return (random) => numberText(random, precision - scale, scale, largest);
    }
    case "double":
      return (random) => {
        const size = 10 ** random.pick([-4, 0, 1, 2, 3, 4]);
        const value = Number((random.next() * size).toPrecision(7));
        return JSON.stringify(random.chance(NEGATIVE) ? -value : value);
      };
    case "timestamp": {
      const { format } = column;
      return (random, nowMs) => {
        const age = isEventTime ? 0 : Math.min(-Math.log(1 - random.next()) * MEAN_AGE_MS, GREATEST_AGE_MS);
        const zone = format === "iso" && random.chance(ZONED) ? random.pick([-300, 60, 330]) : 0;
        const ms = Math.floor(nowMs - age);
        return JSON.stringify(format === "iso" ? isoText(ms, zone) : formatTimestamp(ms).slice(0, 19));
      };
    }
  }
}

function textMaker(field: string, isOfWords: boolean, vocabulary: Random): ValueMaker {
  const stem = field.slice(0, LONGEST_STEM);
  const values = Array.from({ length: vocabulary.pick(VOCABULARIES) }, (_, at) => {
    const name = isOfWords
      ? `${vocabulary.pick(WORDS)} ${vocabulary.pick(WORDS)} ${stem} ${at + 1}`
      : `${stem}-${String(at + 1).padStart(3, "0")}`;
    return JSON.stringify(name);
  });
  return (random) => random.pick(values);
}

/**
 * A number as text, because a double would round it.
 * @param whole digits before the point that fit
 * @param scale digits behind it
 * @param largest number that fits; its negative fits too
 * @param ordinary digits before the point, at most
 */
function numberText(
  random: Random,
  whole: number,
  scale: number,
  largest: string,
  ordinary: number = ORDINARY_DIGITS,
): string {
  const sign = random.chance(NEGATIVE) ? "-" : "";
  if (random.chance(EXTREME)) return sign + largest;
  const before = digitsText(random, random.below(Math.min(whole, ordinary) + 1)).replace(/^0+/, "") || "0";
  const number = `${before}${scale === 0 ? "" : `.${digitsText(random, scale)}`}`;
  return /[1-9]/.test(number) ? sign + number : number;
}

function digitsText(random: Random, length: number): string {
  let text = "";
  while (text.length < length) {
    const digits = Math.min(length - text.length, DIGITS_OF_A_DRAW);
    text += String(random.below(10 ** digits)).padStart(digits, "0");
  }
  return text;
}

/** Such as `2026-11-28T10:30:00.250+01:00`. @param offset of the zone from UTC, minutes */
function isoText(ms: number, offset: number): string {
  const local = new Date(ms + offset * MINUTE_MS).toISOString();
  if (offset === 0) return local;
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) =>
    String(part).padStart(2, "0"),
  );
  return `${local.slice(0, -1)}${offset < 0 ? "-" : "+"}${hours}:${minutes}`;
}
