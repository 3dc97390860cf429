/** Characters of a line that are shown around the position. */
const SHOWN = 70;

/**
 * The place in the SQL that an error of Athena means: its line, and a mark below the place. An error names it by line and
 * column (`line 1:8: …`), or only the name that it does not know, which must then occur once.
 * @returns undefined when the place is not known
 */
export function errorPosition(sql: string, message: string): string | undefined {
  const place = errorPlace(sql, message);
  if (place === undefined) return undefined;
  const text = sql.split("\n")[place.line - 1] ?? "";
  const at = Math.min(place.column - 1, text.length);
  const from = Math.max(0, at - SHOWN / 2);
  // A tab stays one, so that the mark is below its place.
  const before = text.slice(from, at).replaceAll(/[^\t]/g, " ");
  return `${text.slice(from, from + SHOWN)}\n${before}^`;
}

/** A place in a text; both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place that {@link errorPosition} marks. @returns undefined when it is not known */
export function errorPlace(sql: string, message: string): Place | undefined {
  const place = namedPlace(message) ?? placeOfName(sql, message);
  return place && place.line <= sql.split("\n").length ? place : undefined;
}

function namedPlace(message: string): Place | undefined {
  const [, line, column] = /\bline (\d+):(\d+)/.exec(message) ?? [];
  return line === undefined ? undefined : { line: Number(line), column: Number(column) };
}

function placeOfName(sql: string, message: string): Place | undefined {
  const [, name = ""] = /'([\w.$]+)'/.exec(message) ?? [];
  const word = name.slice(name.lastIndexOf(".") + 1);
  if (word === "") return undefined;
  const escaped = word.replaceAll("$", "\\$");
  const found = [...sql.matchAll(new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, "gi"))];
  const [only] = found;
  if (only === undefined || found.length > 1) return undefined;
  const before = sql.slice(0, only.index).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}
