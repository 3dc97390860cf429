import { QueryFailure } from "../../protocol/errors";

/** DuckDB's messages that Athena words differently. */
const WORDINGS: readonly { readonly pattern: RegExp; readonly code: string; readonly message: string }[] = [
  // The macros raise errors in Athena's words already.
  { pattern: /^Invalid Input Error: ([A-Z_]{4,}): (.*)$/s, code: "$1", message: "$2" },
  {
    pattern: /Referenced column "([^"]+)" not found.*$/s,
    code: "COLUMN_NOT_FOUND",
    message: "Column '$1' cannot be resolved or requester is not authorized to access requested resources",
  },
  {
    pattern: /Referenced table "([^"]+)" not found.*$/s,
    code: "COLUMN_NOT_FOUND",
    message: "Column of '$1' cannot be resolved or requester is not authorized to access requested resources",
  },
  {
    pattern: /^Binder Error: (Cannot (?:compare|mix) values of type .*|No function matches .*)$/s,
    code: "TYPE_MISMATCH",
    message: "$1",
  },
  {
    pattern: /^.*column "?([^"]+)"? must appear in the GROUP BY clause.*$/s,
    code: "EXPRESSION_NOT_AGGREGATE",
    message: "'$1' must be an aggregate expression or appear in GROUP BY clause",
  },
  {
    pattern: /^(?:Invalid Input|Conversion) Error: (Malformed JSON.*)$/s,
    code: "HIVE_CURSOR_ERROR",
    message: "$1",
  },
  {
    pattern: /^Invalid Input Error: (JSON transform error.*)$/s,
    code: "HIVE_BAD_DATA",
    message: "$1 (Athena would give NULL for such a value)",
  },
  { pattern: /^Conversion Error: (.*)$/s, code: "INVALID_CAST_ARGUMENT", message: "$1" },
  { pattern: /^Out of Range Error: (.*)$/s, code: "NUMERIC_VALUE_OUT_OF_RANGE", message: "$1" },
  { pattern: /^Binder Error: (.*)$/s, code: "SYNTAX_ERROR", message: "$1" },
  { pattern: /^(?:Parser|Catalog) Error: (.*)$/s, code: "SYNTAX_ERROR", message: "$1" },
  { pattern: /^Out of Memory Error: (.*)$/s, code: "EXCEEDED_LOCAL_MEMORY_LIMIT", message: "$1" },
];

/** Words an error of DuckDB as Athena does; returns any other error unchanged. */
export function toQueryFailure(error: unknown): unknown {
  if (error instanceof QueryFailure) return error;
  const text = messageOf(error);
  if (text === undefined) return error;
  for (const { pattern, code, message } of WORDINGS) {
    const match = pattern.exec(text);
    if (match) return new QueryFailure(fill(code, match), firstParagraph(fill(message, match)));
  }
  return /^[A-Z]\w+( \w+)* Error: /.test(text)
    ? new QueryFailure("GENERIC_INTERNAL_ERROR", firstParagraph(text))
    : error;
}

/** DuckDB throws from native code, so `instanceof Error` may not recognize its errors. */
function messageOf(error: unknown): string | undefined {
  const message =
    typeof error === "object" && error !== null && "message" in error ? error.message : undefined;
  return typeof message === "string" ? message : undefined;
}

function fill(template: string, match: RegExpExecArray): string {
  return template.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? "");
}

/** DuckDB appends hints and an excerpt of the translated query. */
function firstParagraph(text: string): string {
  return text.split("\n\n", 1)[0]?.trim() ?? text;
}
