import type { Column, TimestampFormat } from "../contract/column";
import type { GivenValue } from "../contract/column-value";
import { plainDigits } from "../contract/exact-number";
import { formatTimestamp, parseIso } from "../contract/timestamp";
import { type DateReader, dateReader, formatsOf } from "./dates";
import { quoted } from "./source";

/** Decimal mark of a number. */
type DecimalMark = "point" | "comma";

/** Options for reading values. */
export interface ValueOptions {
  /** Of all timestamps of the file, as {@link dateReader} takes it. @default each column's own format */
  readonly dateFormat?: string;
  /** @default point; in a file with semicolons, what its first fraction has */
  readonly decimal?: DecimalMark;
}

/** The value of a cell, undefined where the line has none; or why the row cannot become a line. */
type Reading =
  | { readonly given: GivenValue | undefined; readonly as?: "nothing" | "integer" }
  | { readonly reason: string; readonly fault: string; readonly remedy?: string };

/** Spellings of "no value" by pandas, R, databases and spreadsheets. */
const NOTHING = new Set(["nan", "null", "none", "na", "n/a", "#n/a", "<na>", "nat", "nil", "\\n"]);
/** Longest text that is compared with them, blanks included. */
const LONGEST_NOTHING = 16;
/** How each of them begins, in either case. */
const NOTHING_BEGINS = new Set([...NOTHING].flatMap(([first = ""]) => [first, first.toUpperCase()]));

/** JSON's numbers, leading zeros and a leading plus or point. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
/** What a boolean may be written as, in any case. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);
/** What JSON escapes in a text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes control characters
const ESCAPED = /["\\\u0000-\u001f]/;
/** Form of a timestamp to the second; the contract's judge checks that the date exists. */
const SECONDS_FORM = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
/** Such as 1,234.50, 1.234,50 and 1 234. */
const GROUPED = /^[+-]?\d{1,3}([.,'\s]\d{3})+([.,]\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d*,\d+$/;
/** An identifier that pandas made a float of, because others of its column are absent. */
const FLOAT_IDENTIFIER = /^(\d+)[.,]0+$/;

/** Reads the texts of one file as values of the contract. */
export class ValueReader {
  private readonly readDate: DateReader | undefined;
  private mark: DecimalMark | undefined;
  /** Formats that fit all dates of a column so far. */
  private readonly formats = new Map<string, readonly string[]>();

  /**
   * @param wholeNumbers as {@link Preset.wholeNumbers}
   * @throws RangeError for an invalid date format
   */
  public constructor(
    private readonly options: ValueOptions,
    delimiter: string,
    private readonly wholeNumbers: readonly string[] = [],
  ) {
    this.readDate = options.dateFormat === undefined ? undefined : dateReader(options.dateFormat);
    this.mark = options.decimal ?? (delimiter === ";" ? undefined : "point");
  }

  public read(column: Column, text: string): Reading {
    const { field, required } = column;
    const trimmed = text.trim();
    const isNothing =
      text.length <= LONGEST_NOTHING &&
      NOTHING_BEGINS.has(trimmed.charAt(0)) &&
      NOTHING.has(trimmed.toLowerCase());
    if (column.kind === "text") {
      if (isNothing) {
        return required
          ? { reason: "empty_field", fault: `${field} is ${quoted(text)}, which stands for no value` }
          : { given: givenText(""), as: "nothing" };
      }
      const whole = this.wholeNumbers.includes(field) ? FLOAT_IDENTIFIER.exec(trimmed)?.[1] : undefined;
      return whole === undefined ? { given: givenText(text) } : { given: givenText(whole), as: "integer" };
    }
    if (!required && trimmed === "") return { given: undefined };
    if (!required && isNothing) return { given: undefined, as: "nothing" };
    switch (column.kind) {
      case "timestamp":
        return this.date(field, column.format, trimmed);
      case "boolean":
        return booleanOf(field, trimmed);
      default:
        return this.number(column, trimmed);
    }
  }

  private date(field: string, format: TimestampFormat, text: string): Reading {
    const { dateFormat } = this.options;
    if (this.readDate) {
      const ms = this.readDate(text);
      return ms === undefined
        ? {
            reason: "invalid_date",
            fault: `${field} is ${quoted(text)}; --date-format says ${quoted(dateFormat ?? "")}`,
          }
        : {
            given: givenText(
              format === "iso" ? new Date(ms).toISOString() : formatTimestamp(ms).slice(0, -4),
            ),
          };
    }
    const isAsWanted = format === "iso" ? parseIso(text) !== undefined : SECONDS_FORM.test(text);
    if (isAsWanted) return { given: givenText(text) };
    // A later date may tell D/M from M/D: only formats that fit all dates so far stay.
    const before = this.formats.get(field) ?? [];
    const narrowed = before.filter((one) => dateReader(one)(text) !== undefined);
    const formats = narrowed.length > 0 ? narrowed : formatsOf(text);
    this.formats.set(field, formats);
    if (formats.length === 0) return { given: givenText(text) };
    const options = formats.map((one) => `--date-format ${quoted(one)}`).join(" or ");
    const wanted = format === "iso" ? "ISO 8601 with a zone" : "YYYY-MM-DD HH:MM:SS";
    return {
      reason: "invalid_date",
      fault: `${field} is ${quoted(text)}; ${wanted} is wanted`,
      remedy:
        `the dates look like ${formats.join(" or ")}, read by ${options}` +
        `${formats.length > 1 ? " (they do not show which is the day)" : ""}`,
    };
  }

  private number({ field, kind }: Column, text: string): Reading {
    const hasComma = text.includes(",") && DECIMAL_COMMA.test(text);
    if (!hasComma && !NUMBER.test(text)) {
      const why = GROUPED.test(text)
        ? "a number without separators of thousands is wanted"
        : "a number is wanted";
      return notANumber(field, text, why);
    }
    if (hasComma || text.includes(".")) {
      const found = hasComma ? "comma" : "point";
      // The first fraction decides for its file: 1.234 is a thousand in one and a bit more than one in another.
      this.mark ??= found;
      if (this.mark !== found) {
        const [why, remedy] = this.otherMark(text);
        return notANumber(field, text, why, remedy);
      }
    }
    const given = givenNumber(kind, hasComma ? text.replace(",", ".") : text);
    return given === undefined ? notANumber(field, text, "a number is wanted") : { given };
  }

  /** Fault and remedy of a number whose decimal mark differs from the file's. */
  private otherMark(text: string): [why: string, remedy?: string] {
    if (this.options.decimal !== undefined) return [`--decimal says ${this.mark}`];
    if (this.mark === "comma")
      return ["numbers above it have a decimal comma", "--decimal says which it is, point or comma"];
    return [
      "a number with a decimal point is wanted",
      GROUPED.test(text)
        ? "--decimal comma reads it, if the comma does not separate thousands"
        : "--decimal comma reads it",
    ];
  }
}

function notANumber(field: string, text: string, why: string, remedy?: string): Reading {
  const fault = `${field} is ${quoted(text)}; ${why}`;
  return { reason: "not_a_number", fault, ...(remedy !== undefined && { remedy }) };
}

/** A text, which is Unicode. */
function givenText(text: string): GivenValue {
  return { parsed: text, raw: ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"` };
}

/** A number, undefined where it is far beyond every kind. Only a double is rounded. */
function givenNumber(kind: Column["kind"], text: string): GivenValue | undefined {
  const parsed = Number(text);
  if (!Number.isFinite(parsed)) return undefined;
  if (kind === "double") return { parsed, raw: JSON.stringify(parsed) };
  const raw =
    plainDigits(text) ??
    // JSON has no plus, and a digit on either side of the point.
    plainDigits(
      text
        .replace(/^\+/, "")
        .replace(/^(-?)\./, "$10.")
        .replace(/\.(?!\d)/, ""),
    );
  return raw === undefined ? undefined : { parsed, raw };
}

function booleanOf(field: string, text: string): Reading {
  const parsed = BOOLEANS.get(text.toLowerCase());
  return parsed === undefined
    ? { reason: "not_a_boolean", fault: `${field} is ${quoted(text)}; true, false, 1 or 0 is wanted` }
    : { given: { parsed, raw: String(parsed) } };
}
