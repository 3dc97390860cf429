/** Deepest nesting of an unknown column. Readers of JSON in Java recurse, or stop at 1,000 levels. */
export const MAX_DEPTH = 64;

/** Longest key. Jackson, which Athena's engine and OpenSearch read with, stops at 50,000 characters. */
export const MAX_KEY_CHARACTERS = 1024;

/** Longest number of an unknown column, which is stored as written. Jackson stops at 1,000 digits. */
export const MAX_NUMBER_CHARACTERS = 500;

/** What makes a value unreadable to one of the engines, although it is JSON. */
interface ValueFault {
  readonly reason: "ambiguous_key" | "out_of_range";
  readonly detail: string;
}

/** Strings, brackets and numbers; whatever else there is (literals, commas, colons, blanks) says nothing. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}[\]]|-?\d[\d.eE+-]*/g;

/**
 * Looks for what would make a JSON table unreadable although no column of it is asked for: a key that is
 * repeated in its object (but for case), nesting and numbers beyond what the engines' parsers take.
 * @param text a value that `JSON.parse` accepts
 */
export function findFault(text: string): ValueFault | undefined {
  /** The keys of each open object; null for an open array. */
  const open: (Set<string> | null)[] = [];
  for (const [token, colon] of text.matchAll(TOKEN)) {
    if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : null);
      if (open.length > MAX_DEPTH) return outOfRange(`is nested deeper than ${MAX_DEPTH} levels`);
    } else if (token === "}" || token === "]") {
      open.pop();
    } else if (colon !== undefined) {
      const key = String(JSON.parse(token.slice(0, -colon.length)));
      if (key.length > MAX_KEY_CHARACTERS) return longKey(key);
      const keys = open.at(-1);
      const lower = key.toLowerCase();
      if (keys?.has(lower)) {
        return { reason: "ambiguous_key", detail: `holds two keys "${key}", alike but for case` };
      }
      keys?.add(lower);
    } else if (!token.startsWith('"')) {
      if (token.length > MAX_NUMBER_CHARACTERS)
        return outOfRange(`holds a number of ${token.length} characters`);
      if (!Number.isFinite(Number(token))) return outOfRange("holds a number too large for a double");
    }
  }
  return undefined;
}

/** The fault of a key that is too long. */
export function longKey(key: string): ValueFault {
  return outOfRange(`holds a key of ${key.length} characters; at most ${MAX_KEY_CHARACTERS} are allowed`);
}

function outOfRange(detail: string): ValueFault {
  return { reason: "out_of_range", detail };
}
