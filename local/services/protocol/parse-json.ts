/**
 * Deepest nesting of a JSON text, as in the parser of the AWS services and of OpenSearch (Jackson, `StreamReadConstraints`).
 * `JSON.parse` accepts any, but needs a second for a million levels, and what walks the value overflows the stack.
 */
const MAX_DEPTH = 1_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Parses a JSON text of a request. @throws SyntaxError when it is not JSON, or is nested deeper than 1,000 levels */
export function parseJson(text: string): unknown {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > MAX_DEPTH) {
          throw new SyntaxError(`nested deeper than ${MAX_DEPTH} levels at position ${at}`);
        }
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
    }
  }
  return JSON.parse(text);
}

/** The position of the quote that ends the string which begins at `start`, or of the text's end. */
function endOfString(text: string, start: number): number {
  for (let at = start; ; ) {
    at = text.indexOf('"', at + 1);
    if (at === -1) return text.length;
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return at;
  }
}
