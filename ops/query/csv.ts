/** What RFC 4180 quotes, and blanks at the ends, which some readers trim. */
const QUOTED = /[",\r\n]|^\s|\s$|^$/;

/** Rows as CSV (RFC 4180, with line feeds), without a last line feed; NULL is an empty field, and the empty text is in quotes. */
export function csvText(rows: readonly (readonly (string | null)[])[]): string {
  const cell = (text: string): string => (QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map((value) => (value === null ? "" : cell(value))).join(",")).join("\n");
}
