import { MAX_KEY_CHARACTERS } from "./canonical-json";
import type { Column } from "./column";
import { type GivenValue, textAsStored } from "./column-value";

/** The members of an object of plain values. */
export interface PlainMembers {
  /** The values of the columns, in the order of the columns; undefined where the line has none. */
  readonly given: readonly (GivenValue | undefined)[];
  /** Keys that are no columns, with the canonical text of their values. */
  readonly unknown: ReadonlyMap<string, string>;
  /** The line, where its columns are in the contract's order. */
  readonly inOrder: string | undefined;
}

/** Reads a line in one pass; undefined where it is not plain. */
export type PlainReader = (text: string) => PlainMembers | undefined;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const TAB = 0x09;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const END = -1;

/** Longest value of an unknown member: below every limit of such values, so that none has to be checked. */
const LONGEST_UNKNOWN = 300;
const NONE: ReadonlyMap<string, string> = new Map();

/**
 * A reader for the usual lines of a contract, several times as fast as `JSON.parse` with a scan for repeated keys: an object,
 * with any blanks and in any order, of strings, numbers without an exponent, booleans and nulls. It never refuses: for a line that
 * has anything else, or is no JSON, or has a key that is ambiguous or escaped, the answer is undefined.
 */
export function plainReader(columns: readonly Column[]): PlainReader {
  const reader = new Reader(columns);
  return (text) => reader.read(text);
}

class Reader {
  private text = "";
  private at = 0;
  private readonly keys: readonly string[];
  private readonly indexOf: ReadonlyMap<string, number>;
  private readonly lowerCase: ReadonlySet<string>;
  /** The column that followed each in the lines before; behind the last column: the one that was first. Only a guess. */
  private readonly follower: number[];
  private readonly none: readonly undefined[];

  constructor(columns: readonly Column[]) {
    this.keys = columns.map(({ field }) => field);
    this.indexOf = new Map(this.keys.map((key, at) => [key, at]));
    this.lowerCase = new Set(this.keys.map((key) => key.toLowerCase()));
    this.follower = columns.map((_, at) => at + 1);
    this.follower.push(0);
    this.none = columns.map(() => undefined);
  }

  read(text: string): PlainMembers | undefined {
    this.text = text;
    this.at = 0;
    const given: (GivenValue | undefined)[] = this.none.slice();
    let unknown: Map<string, string> | undefined;
    let previous = this.keys.length;
    let last = -1;
    let isInOrder = true;
    if (this.next() !== OPEN_BRACE) return undefined;
    for (let code = COMMA; code !== CLOSE_BRACE; code = this.next()) {
      if (code !== COMMA || this.next() !== QUOTE) return undefined;
      const key = this.key(previous);
      if (key === undefined || this.next() !== COLON) return undefined;
      const value = this.value();
      if (value === undefined) return undefined;
      if (typeof key === "number") {
        if (given[key] !== undefined) return undefined;
        given[key] = value;
        previous = key;
        isInOrder &&= key > last;
        last = key;
      } else {
        unknown ??= new Map();
        if (unknown.has(key) || value.raw.length > LONGEST_UNKNOWN) return undefined;
        unknown.set(
          key,
          typeof value.parsed === "string" ? textAsStored(value.parsed, value.raw) : value.raw,
        );
      }
    }
    if (this.next() !== END) return undefined;
    return { given, unknown: unknown ?? NONE, inOrder: isInOrder ? text : undefined };
  }

  /** The next character that is not blank, which is passed. */
  private next(): number {
    const { text } = this;
    while (this.at < text.length) {
      const code = text.charCodeAt(this.at++);
      if (code !== SPACE && code !== TAB && code !== CARRIAGE_RETURN && code !== NEWLINE) return code;
    }
    return END;
  }

  /** The index of a column, or an unknown key; behind its opening quote. */
  private key(previous: number): number | string | undefined {
    const guess = this.follower[previous] ?? 0;
    const expected = this.keys[guess];
    if (expected !== undefined && this.text.startsWith(expected, this.at)) {
      const end = this.at + expected.length;
      if (this.text.charCodeAt(end) === QUOTE) {
        this.at = end + 1;
        return guess;
      }
    }
    const start = this.at;
    const end = this.plainEnd();
    if (this.text.charCodeAt(end) !== QUOTE) return undefined;
    this.at = end + 1;
    const key = this.text.slice(start, end);
    const index = this.indexOf.get(key);
    if (index !== undefined) {
      this.follower[previous] = index;
      return index;
    }
    return key.length > MAX_KEY_CHARACTERS || this.lowerCase.has(key.toLowerCase()) ? undefined : key;
  }

  private value(): GivenValue | undefined {
    const code = this.next();
    const start = this.at - 1;
    if (code === QUOTE) return this.string();
    if (code === MINUS || isDigit(code)) return this.number(start, code);
    const literal = LITERALS.find(({ raw }) => this.text.startsWith(raw, start));
    if (literal !== undefined) this.at = start + literal.raw.length;
    return literal;
  }

  /** Behind the opening quote. */
  private string(): GivenValue | undefined {
    const start = this.at;
    let end = this.plainEnd();
    if (this.text.charCodeAt(end) === QUOTE) {
      this.at = end + 1;
      return { parsed: this.text.slice(start, end), raw: this.text.slice(start - 1, end + 1) };
    }
    for (; this.text.charCodeAt(end) === BACKSLASH; end = this.plainEnd()) this.at = end + 2;
    if (this.text.charCodeAt(end) !== QUOTE) return undefined;
    this.at = end + 1;
    const raw = this.text.slice(start - 1, end + 1);
    const parsed = parseString(raw);
    return parsed === undefined ? undefined : { parsed, raw };
  }

  /** Index of the next quote, backslash or control character. */
  private plainEnd(): number {
    const { text } = this;
    let { at } = this;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE || code === BACKSLASH || code < SPACE) break;
    }
    return at;
  }

  /** Whatever follows its digits is for the caller to refuse: a leading zero's next digit, an exponent. */
  private number(start: number, first: number): GivenValue | undefined {
    const { text } = this;
    let { at } = this;
    let digit = first;
    if (digit === MINUS) digit = text.charCodeAt(at++);
    if (!isDigit(digit)) return undefined;
    if (digit !== ZERO) while (isDigit(text.charCodeAt(at))) at++;
    if (text.charCodeAt(at) === POINT) {
      if (!isDigit(text.charCodeAt(++at))) return undefined;
      while (isDigit(text.charCodeAt(at))) at++;
    }
    this.at = at;
    const raw = text.slice(start, at);
    return { parsed: Number(raw), raw };
  }
}

const LITERALS: readonly GivenValue[] = [true, false, null].map((parsed) => ({
  parsed,
  raw: String(parsed),
}));

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

/** A string with escapes; undefined if one of them is none, or half of a surrogate pair. */
function parseString(raw: string): string | undefined {
  try {
    const parsed = JSON.parse(raw) as string;
    return parsed.isWellFormed() ? parsed : undefined;
  } catch {
    return undefined;
  }
}
