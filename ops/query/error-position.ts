/** Characters of a line that are shown around the position. */
const SHOWN = 70;

/**
 * The place in the SQL that an error of Athena names (`line 1:8: …`): the line, and a mark below the place; undefined when it
 * names none.
 */
export function errorPosition(sql: string, message: string): string | undefined {
  const [, line = "", column = ""] = /\bline (\d+):(\d+)/.exec(message) ?? [];
  const text = sql.split("\n")[Number(line) - 1];
  if (line === "" || text === undefined) return undefined;
  const at = Math.min(Number(column) - 1, text.length);
  const from = Math.max(0, at - SHOWN / 2);
  // A tab stays one, so that the mark is below its place.
  const before = text.slice(from, at).replaceAll(/[^\t]/g, " ");
  return `${text.slice(from, from + SHOWN)}\n${before}^`;
}
