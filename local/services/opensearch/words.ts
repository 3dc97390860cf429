/**
 * The words of a text as the engine's standard analyzer finds them, near enough for names of products:
 * letters and digits, an apostrophe or full stop between letters, a comma or full stop between digits; in
 * lower case.
 */
const WORD =
  /[\p{L}\p{N}\p{M}_]+(?:(?:(?<=\p{L})['’.:](?=\p{L})|(?<=\p{N})['’.,;](?=\p{N}))[\p{L}\p{N}\p{M}_]+)*/gu;

export function wordsOf(text: string): string[] {
  return (text.match(WORD) ?? []).map((word) => word.toLowerCase());
}
