import type { Column, Kind, TextSearch, TimestampFormat } from "./column";
import { storedColumns } from "./stored-columns";

/** A field of the index, in the engine's terms. */
type IndexProperty = Readonly<Record<string, unknown>>;

/** How each timestamp is stored, as the index reads it. */
const DATE_FORMATS: Readonly<Record<TimestampFormat, string>> = {
  seconds: "yyyy-MM-dd HH:mm:ss",
  iso: "yyyy-MM-dd HH:mm:ss.SSS",
  milliseconds: "yyyy-MM-dd HH:mm:ss.SSS",
};

/**
 * Longest text that goes into an exact-match field, in characters. Lucene refuses a term of more than
 * 32,766 bytes, and a character takes at most four.
 */
const EXACT_MATCH_CHARACTERS = 8191;

/** The mapping of a contract's index: only the contract's fields are searchable. */
export function indexMapping(columns: readonly Column[]): {
  readonly dynamic: false;
  readonly properties: Readonly<Record<string, IndexProperty>>;
} {
  return {
    dynamic: false,
    properties: Object.fromEntries(
      storedColumns(columns).map((column) => [column.field, indexProperty(column)]),
    ),
  };
}

function indexProperty(column: Kind): IndexProperty {
  switch (column.kind) {
    case "text":
      return textProperty(column.search);
    case "timestamp":
      return { type: "date", format: DATE_FORMATS[column.format] };
    case "bigint":
      return { type: "long" };
    case "decimal":
      return { type: "scaled_float", scaling_factor: 10 ** column.scale };
    default:
      return { type: column.kind };
  }
}

function textProperty(search: TextSearch): IndexProperty {
  // Lucene accepts no term of this length, so the field has neither terms nor doc values.
  if (search === "none") return { type: "keyword", index: false, doc_values: false };
  const exact = { type: "keyword", ignore_above: EXACT_MATCH_CHARACTERS };
  return search === "words" ? { type: "text", fields: { keyword: exact } } : exact;
}
