import { notLocal } from "../../protocol/errors";

/** `.name`, `[0]`, `["any text"]`. */
const STEP = /\.([\p{L}\p{N}_:-]+)|\[(\d+)\]|\["((?:[^"\\]|\\["\\])*)"\]/uy;

/**
 * DuckDB's JSON pointer for a path of Trino's `json_extract`. DuckDB's own paths have wild cards, but no quoted names in
 * brackets. https://trino.io/docs/current/functions/json.html
 * @throws QueryFailure for any other path
 */
export function jsonPointer(path: string): string {
  const steps: string[] = [];
  STEP.lastIndex = 1;
  while (path.startsWith("$") && STEP.lastIndex < path.length) {
    const [, name, index, quoted] = STEP.exec(path) ?? [];
    const step = name ?? index ?? quoted?.replaceAll(/\\(.)/g, "$1");
    if (step === undefined) break;
    steps.push(step);
  }
  // A step that does not match resets lastIndex to 0.
  if (!path.startsWith("$") || STEP.lastIndex !== path.length) {
    throw notLocal(`the JSON path ${path}`, 'write $.name, $["any name"] or $[0]');
  }
  return steps.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
