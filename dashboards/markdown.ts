/** Markdown of a text panel as plain text: without the marks of bold, italics, code and links. */
export function plainText(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replaceAll(/(\*{1,2})(\S(?:.*?\S)??)\1/g, "$2")
    .replaceAll(/(?<!\w)(_{1,2})(\S(?:.*?\S)??)\1(?!\w)/g, "$2")
    .replaceAll(/`([^`]+)`/g, "$1");
}
