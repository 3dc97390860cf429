/** Erases the line of a terminal that the cursor is in. */
const ERASE = "\r\x1b[2K";

/**
 * The terminals whose last line is not ended, because it will be rewritten. Here, because several parts of a run write to
 * the same terminal, and each must know of the others' line.
 */
const open = new WeakSet<NodeJS.WriteStream>();

/** Writes the last line of a terminal in the place of the one before, and leaves it open. */
export function showLine(terminal: NodeJS.WriteStream, text: string): void {
  terminal.write(ERASE + text);
  open.add(terminal);
}

/** Erases the open line, if there is one: what is written next takes its place. */
export function eraseLine(terminal: NodeJS.WriteStream): void {
  if (open.delete(terminal)) terminal.write(ERASE);
}

/** Ends the open line, if there is one, which stays. */
export function endLine(terminal: NodeJS.WriteStream): void {
  if (open.delete(terminal)) terminal.write("\n");
}
