import { notLocal } from "../../protocol/errors";
import { asNode, literalOf } from "./syntax-tree";

const DATE_FUNCTIONS = new Set(["current_date", "date", "from_iso8601_date", "last_day_of_month"]);

/** Whether an expression is a DATE by its syntax, whatever the columns' types. */
export function isDate(expression: unknown): boolean {
  if (literalOf(expression)?.type === "date") return true;
  const node = asNode(expression);
  if (!node) return false;
  const { kind, body } = node;
  switch (kind) {
    case "paren":
    case "min":
    case "max":
      return isDate(body["this"]);
    case "cast":
    case "try_cast":
      return typeof body["to"] === "object" && body["to"] !== null && Object.values(body["to"])[0] === "date";
    case "add":
      return (
        (isDate(body["left"]) && isInterval(body["right"])) ||
        (isInterval(body["left"]) && isDate(body["right"]))
      );
    case "sub":
      return isDate(body["left"]) && isInterval(body["right"]);
    case "function": {
      const name = String(body["name"]).toLowerCase();
      const args = Array.isArray(body["args"]) ? body["args"] : [];
      if (DATE_FUNCTIONS.has(name)) return true;
      return (name === "date_trunc" || name === "date_add") && isDate(args.at(-1));
    }
    default:
      return false;
  }
}

export function isInterval(expression: unknown): boolean {
  return asNode(expression)?.kind === "interval";
}

/** MySQL's format letters, which Athena's `date_format` and `date_parse` accept, with DuckDB's equivalents. */
const FORMAT_LETTERS: Readonly<Record<string, string>> = {
  Y: "%Y",
  y: "%y",
  m: "%m",
  c: "%-m",
  d: "%d",
  e: "%-d",
  H: "%H",
  k: "%-H",
  h: "%I",
  I: "%I",
  l: "%-I",
  i: "%M",
  s: "%S",
  S: "%S",
  f: "%f",
  p: "%p",
  M: "%B",
  b: "%b",
  W: "%A",
  a: "%a",
  j: "%j",
  T: "%H:%M:%S",
  r: "%I:%M:%S %p",
  "%": "%%",
};

/** Translates a format of `date_format`. @throws QueryFailure for a letter without an equivalent */
export function strftimeFormat(format: string): string {
  return format.replace(/%(.?)/gs, (whole, letter: string) => {
    const translated = FORMAT_LETTERS[letter];
    if (translated === undefined) throw notLocal(`${whole} in a date format`);
    return translated;
  });
}
