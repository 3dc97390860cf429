import { isDeepStrictEqual } from "node:util";
import { isJsonObject, isList, type Json, type JsonObject } from "../../lib/json";
import { messageOf } from "../../lib/message-of";
import { TerraformError } from "./terraform-error";

/**
 * The value of a name: `["var", NAME]`, `["local", NAME]`, `["data", TYPE, NAME, ATTRIBUTE]` or `[TYPE, NAME, ATTRIBUTE]`.
 * @throws Error when there is none
 */
export type Resolve = (names: readonly string[]) => Json;

/**
 * Evaluates a string of Terraform's JSON: text, `$${` and `%%{` for the braces themselves, and `${…}` with references,
 * literals, operators, and the functions that the constructs use. A string that is one `${…}` has that value's type.
 * @throws Error quoting the expression that is not supported
 */
export function evaluateTemplate(text: string, resolve: Resolve): Json {
  return new Evaluation(text, resolve).template(false);
}

/**
 * Evaluates an expression by itself, such as the value of a variable in a `.tfvars` file.
 * @throws Error quoting what is not supported
 */
export function evaluateExpression(text: string): Json {
  return new Evaluation(text, noNames).whole();
}

/**
 * Evaluates a `.tfvars` file: assignments of literal values.
 * @throws Error quoting what is not supported
 */
export function evaluateAssignments(text: string): Record<string, Json> {
  return new Evaluation(text, noNames).assignments();
}

const noNames: Resolve = ([first]) => {
  throw new Error(`names "${first}", but only literal values are allowed here`);
};

type Call = (args: readonly Json[]) => Json;

const number = (value: Json | undefined): number => {
  const converted = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof converted === "number" && Number.isFinite(converted)) return converted;
  throw new Error(`needs a number in the place of ${JSON.stringify(value)}`);
};

const string = (value: Json | undefined): string => {
  if (value === undefined || value === null || typeof value === "object")
    throw new Error(`needs a text in the place of ${JSON.stringify(value)}`);
  return String(value);
};

const condition = (value: Json | undefined): boolean => {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new Error(`needs true or false in the place of ${JSON.stringify(value)}`);
};

const list = (value: Json | undefined): readonly Json[] => {
  if (isList(value)) return value;
  throw new Error(`needs a list in the place of ${JSON.stringify(value)}`);
};

/** The functions of Terraform that the constructs use in properties that the local run reads. */
const FUNCTIONS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ["min", (args) => args.map(number).reduce((one, other) => Math.min(one, other))],
  ["split", ([separator, value]) => string(value).split(string(separator))],
  [
    "join",
    ([separator, ...lists]) =>
      lists
        .flatMap((items) => list(items))
        .map(string)
        .join(string(separator)),
  ],
  [
    "element",
    ([items, index]) => {
      const all = list(items);
      const item = all[((number(index) % all.length) + all.length) % all.length];
      if (item === undefined) throw new Error("takes an element of an empty list");
      return item;
    },
  ],
  ["jsonencode", ([value = null]) => jsonText(value)],
]);

/** JSON as Terraform writes it: keys in order, and `<`, `>`, `&` escaped. */
function jsonText(value: Json): string {
  const sorted = (item: Json): Json => {
    if (isList(item)) return item.map(sorted);
    if (!isJsonObject(item)) return item;
    return Object.fromEntries(
      Object.keys(item)
        .toSorted()
        .map((key) => [key, sorted(item[key] ?? null)]),
    );
  };
  return JSON.stringify(sorted(value)).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Binary operators, from the weakest. */
const OPERATORS: readonly ReadonlyMap<string, (left: Json, right: Json) => Json>[] = [
  new Map([["||", (left, right) => condition(left) || condition(right)]]),
  new Map([["&&", (left, right) => condition(left) && condition(right)]]),
  new Map([
    ["==", (left, right) => isDeepStrictEqual(left, right)],
    ["!=", (left, right) => !isDeepStrictEqual(left, right)],
  ]),
  new Map([
    ["<=", (left, right) => number(left) <= number(right)],
    [">=", (left, right) => number(left) >= number(right)],
    ["<", (left, right) => number(left) < number(right)],
    [">", (left, right) => number(left) > number(right)],
  ]),
  new Map([
    ["+", (left, right) => number(left) + number(right)],
    ["-", (left, right) => number(left) - number(right)],
  ]),
  new Map([
    ["*", (left, right) => number(left) * number(right)],
    ["/", (left, right) => number(left) / number(right)],
    ["%", (left, right) => number(left) % number(right)],
  ]),
];

const SPACE = /(?:\s|#[^\n]*|\/\/[^\n]*)*/y;
/** Characters that begin nothing, and one of those that may. */
const PLAIN = /[^$%"\\]+/y;
const ANY = /[\s\S]/y;
const NAME = /[A-Za-z_][\w-]*/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

/** One pass over a text; what is read is evaluated at once. */
class Evaluation {
  private position = 0;

  constructor(
    private readonly text: string,
    private readonly resolve: Resolve,
  ) {}

  /** Text with interpolations, to the end or, if it is `quoted`, to the closing quote. */
  template(quoted: boolean): Json {
    const parts: Json[] = [];
    let literal = "";
    const flush = (): void => {
      if (literal !== "") parts.push(literal);
      literal = "";
    };
    for (;;) {
      const rest = this.text.slice(this.position, this.position + 3);
      if (rest === "") {
        if (quoted) throw new Error(`holds a text without its closing quote: ${this.text}`);
        break;
      }
      if (quoted && rest.startsWith('"')) {
        this.position += 1;
        break;
      }
      if (rest === "$${" || rest === "%%{") {
        literal += rest.slice(1);
        this.position += 3;
      } else if (rest.startsWith("${")) {
        flush();
        parts.push(this.interpolation());
      } else if (rest.startsWith("%{")) {
        throw new Error(`holds the directive ${this.quote(this.position)}, which is not supported here`);
      } else if (quoted && rest.startsWith("\\")) {
        literal += this.escape();
      } else {
        literal += this.match(PLAIN) ?? this.match(ANY) ?? "";
      }
    }
    flush();
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    return parts
      .map((part) => {
        if (typeof part === "object")
          throw new Error(`"${this.text}" puts a list, an object or no value into text`);
        return String(part);
      })
      .join("");
  }

  /** One expression and nothing after it. */
  whole(): Json {
    const value = this.expression();
    this.space();
    if (this.position < this.text.length) throw new Error(`does not end after its value: ${this.text}`);
    return value;
  }

  assignments(): Record<string, Json> {
    const values: Record<string, Json> = {};
    for (this.space(); this.position < this.text.length; this.space()) {
      const name = this.match(NAME);
      if (name === undefined || !this.take("="))
        throw new Error(
          `has no NAME = VALUE at ${JSON.stringify(this.text.slice(this.position, this.position + 40))}`,
        );
      values[name] = this.expression();
    }
    return values;
  }

  private interpolation(): Json {
    const start = this.position;
    this.position += 2;
    try {
      const value = this.expression();
      if (!this.take("}")) throw new Error("does not end where it should");
      return value;
    } catch (error) {
      // Only the innermost expression is quoted, and an error that names its place needs no quote.
      if (error instanceof ExpressionError || error instanceof TerraformError) throw error;
      throw new ExpressionError(this.quote(start), error);
    }
  }

  /** The expression that begins here, for a message. */
  private quote(start: number): string {
    const end = this.text.indexOf("}", start);
    return this.text.slice(start, end < 0 ? undefined : end + 1);
  }

  private escape(): string {
    const [, code, digits] = /^\\(?:u([0-9a-fA-F]{4})|(.))/su.exec(this.text.slice(this.position)) ?? [];
    if (code !== undefined) {
      this.position += 6;
      return String.fromCharCode(Number.parseInt(code, 16));
    }
    const character = digits === undefined ? undefined : ESCAPES[digits];
    if (character === undefined) throw new Error(`holds the unknown escape \\${digits ?? ""}`);
    this.position += 2;
    return character;
  }

  private expression(): Json {
    const value = this.binary(0);
    if (!this.take("?")) return value;
    const whenTrue = this.expression();
    if (!this.take(":")) throw new Error("has a condition without its second value");
    const whenFalse = this.expression();
    return condition(value) ? whenTrue : whenFalse;
  }

  private binary(level: number): Json {
    const operators = OPERATORS[level];
    if (operators === undefined) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = [...operators].find(([symbol]) => this.take(symbol));
      if (operator === undefined) return left;
      left = operator[1](left, this.binary(level + 1));
    }
  }

  private unary(): Json {
    if (this.take("!")) return !condition(this.unary());
    if (this.take("-")) return -number(this.unary());
    return this.steps(this.primary());
  }

  /** Attributes and elements of a value. */
  private steps(start: Json): Json {
    let value = start;
    for (;;) {
      if (this.take("[")) {
        const step = this.expression();
        if (!this.take("]")) throw new Error("has a [ without its ]");
        value = stepOf(value, step);
      } else if (this.take(".")) {
        value = stepOf(value, this.match(NAME) ?? this.match(NUMBER) ?? "");
      } else return value;
    }
  }

  private primary(): Json {
    this.space();
    if (this.take('"')) return this.template(true);
    const digits = this.match(NUMBER);
    if (digits !== undefined) return Number(digits);
    if (this.take("(")) {
      const value = this.expression();
      if (!this.take(")")) throw new Error("has a ( without its )");
      return value;
    }
    if (this.take("[")) return this.items("]", () => this.expression());
    if (this.take("{")) return Object.fromEntries(this.items("}", () => this.entry()));
    const name = this.match(NAME);
    if (name === undefined) throw new Error("is not supported here");
    if (name === "true") return true;
    if (name === "false") return false;
    if (name === "null") return null;
    return this.take("(") ? this.call(name) : this.reference(name);
  }

  private items<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.take(end)) {
      items.push(item());
      if (this.take(",")) continue;
      if (this.take(end)) break;
      // The entries of an object may be separated by their lines alone.
      if (end !== "}" || this.position >= this.text.length) throw new Error(`has a list without its ${end}`);
    }
    return items;
  }

  private entry(): [string, Json] {
    this.space();
    const key = this.take('"') ? string(this.template(true)) : this.match(NAME);
    if (key === undefined || !(this.take("=") || this.take(":")))
      throw new Error("has an object without keys");
    return [key, this.expression()];
  }

  private call(name: string): Json {
    const args = this.items(")", () => this.expression());
    const called = FUNCTIONS.get(name);
    if (called === undefined) {
      throw new Error(`calls ${name}; supported functions: ${[...FUNCTIONS.keys()].toSorted().join(", ")}`);
    }
    return called(args);
  }

  private reference(first: string): Json {
    // A resource type contains an underscore, which excludes module.…, path.… and each.….
    const length =
      first === "var" || first === "local" ? 2 : first === "data" ? 4 : /^[a-z0-9]+_/.test(first) ? 3 : 0;
    if (length === 0)
      throw new Error(`names "${first}"; supported are resources, data sources and variables`);
    const names = [first];
    while (names.length < length) {
      const next = this.take(".") ? this.match(NAME) : undefined;
      if (next === undefined) throw new Error(`refers to ${names.join(".")} as a whole, or to one of many`);
      names.push(next);
    }
    return this.resolve(names);
  }

  private space(): void {
    this.match(SPACE);
  }

  private take(symbol: string): boolean {
    this.space();
    if (!this.text.startsWith(symbol, this.position)) return false;
    this.position += symbol.length;
    return true;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const [found] = pattern.exec(this.text) ?? [];
    if (found !== undefined) this.position += found.length;
    return found;
  }
}

/** An expression that has no value here; it quotes the expression. */
class ExpressionError extends Error {
  override readonly name = "ExpressionError";

  constructor(expression: string, cause: unknown) {
    super(`the expression ${expression} ${messageOf(cause)}`, { cause });
  }
}

function stepOf(value: Json, step: Json): Json {
  const item = isList(value)
    ? value[number(step)]
    : isJsonObject(value)
      ? memberOf(value, string(step))
      : undefined;
  if (item === undefined) throw new Error(`has no ${JSON.stringify(step)} in ${JSON.stringify(value)}`);
  return item;
}

function memberOf(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
