import { cutText } from "../lib/cut-text";
import { endLine, showLine } from "./open-line";

/** Time between two lines when stderr is not a terminal. */
const LINE_EVERY_MS = 5_000;

/**
 * Shows progress: one line that is rewritten on a terminal, else a line every five seconds. A message of `Phases` takes the
 * line's place.
 */
export class Progress {
  private shownAt = 0;

  public constructor(
    private readonly out: NodeJS.WriteStream = process.stderr,
    private readonly now: () => number = Date.now,
  ) {}

  public show(text: string): void {
    if (this.out.isTTY) {
      // A line that wraps cannot be rewritten. A terminal that does not know its size says 0 columns.
      showLine(this.out, cutText(text, (this.out.columns || Number.POSITIVE_INFINITY) - 1));
    } else if (this.now() - this.shownAt >= LINE_EVERY_MS) {
      this.shownAt = this.now();
      this.out.write(`${text}\n`);
    }
  }

  /** Ends the line that is being rewritten. */
  public end(): void {
    endLine(this.out);
  }
}
