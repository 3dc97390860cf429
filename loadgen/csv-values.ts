import type { Column } from "../contract/column";
import { type DateReader, dateReader, formatsOf } from "./dates";
import { quoted } from "./source";

/** Decimal mark of a number. */
type DecimalMark = "point" | "comma";

/** Options for reading values. */
export interface ValueOptions {
  /** As {@link dateReader} takes it; absent: `YYYY-MM-DD HH:MM:SS`, the contract's own. */
  readonly dateFormat?: string;
  /** @default point; in a file with semicolons, what its first fraction has */
  readonly decimal?: DecimalMark;
}

/** A value of a line, or why there is none. */
type Reading =
  | { readonly value: string | number; readonly as?: "nothing" | "integer" }
  | { readonly reason: string; readonly fault: string; readonly remedy?: string };

/** Spellings of "no value" by pandas, R, databases and spreadsheets. */
const NOTHING = new Set(["nan", "null", "none", "na", "n/a", "#n/a", "<na>", "nat", "nil", "\\n"]);
/** Longest text that is compared with them, blanks included. */
const LONGEST_NOTHING = 16;

/** JSON's numbers, leading zeros and a leading plus or point. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
/** Form of the contract's timestamps; the contract's judge checks that the date exists. */
const CONTRACT_FORM = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
/** Such as 1,234.50, 1.234,50 and 1 234. */
const GROUPED = /^[+-]?\d{1,3}([.,'\s]\d{3})+([.,]\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d*,\d+$/;
/** An identifier that pandas made a float of, because others of its column are absent. */
const FLOAT_IDENTIFIER = /^(\d+)[.,]0+$/;

/** Reads the texts of one file as values of the contract. */
export class ValueReader {
  private readonly readDate: DateReader | undefined;
  private mark: DecimalMark | undefined;
  /** Formats that fit all dates of the file so far. */
  private formats: readonly string[] = [];

  /** @throws RangeError for an invalid date format */
  public constructor(
    private readonly options: ValueOptions,
    delimiter: string,
  ) {
    this.readDate = options.dateFormat === undefined ? undefined : dateReader(options.dateFormat);
    this.mark = options.decimal ?? (delimiter === ";" ? undefined : "point");
  }

  public read(column: Column, text: string): Reading {
    const { field, kind, required } = column;
    if (column.kind === "text") {
      if (text.length <= LONGEST_NOTHING && NOTHING.has(text.trim().toLowerCase())) {
        return required
          ? { reason: "empty_field", fault: `${field} is ${quoted(text)}, which stands for no value` }
          : { value: "", as: "nothing" };
      }
      const whole =
        !required && column.search === "exact" ? FLOAT_IDENTIFIER.exec(text.trim())?.[1] : undefined;
      return whole === undefined ? { value: text } : { value: whole, as: "integer" };
    }
    const trimmed = text.trim();
    return kind === "timestamp" ? this.date(field, trimmed) : this.number(field, trimmed);
  }

  private date(field: string, text: string): Reading {
    const { dateFormat } = this.options;
    if (this.readDate) {
      const value = this.readDate(text);
      return value === undefined
        ? {
            reason: "invalid_date",
            fault: `${field} is ${quoted(text)}; --date-format says ${quoted(dateFormat ?? "")}`,
          }
        : { value };
    }
    if (CONTRACT_FORM.test(text)) return { value: text };
    // A later date may tell D/M from M/D: only formats that fit all dates so far stay.
    const narrowed = this.formats.filter((format) => dateReader(format)(text) !== undefined);
    this.formats = narrowed.length > 0 ? narrowed : formatsOf(text);
    if (this.formats.length === 0) return { value: text };
    const options = this.formats.map((format) => `--date-format ${quoted(format)}`).join(" or ");
    return {
      reason: "invalid_date",
      fault: `${field} is ${quoted(text)}; YYYY-MM-DD HH:MM:SS is wanted`,
      remedy:
        `the dates look like ${this.formats.join(" or ")}, read by ${options}` +
        `${this.formats.length > 1 ? " (they do not show which is the day)" : ""}`,
    };
  }

  private number(field: string, text: string): Reading {
    const hasComma = DECIMAL_COMMA.test(text);
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
    const value = Number(hasComma ? text.replace(",", ".") : text);
    return Number.isFinite(value) ? { value } : notANumber(field, text, "a number is wanted");
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
