/** A text of at most `width` characters; one that is longer ends with `…`. */
export function cutText(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(1, width - 1))}…` : text;
}
