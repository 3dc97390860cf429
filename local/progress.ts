import { cutText } from "../lib/cut-text";

/** Time between two lines when stderr is not a terminal. */
const LINE_EVERY_MS = 5_000;

/** Shows progress: one line that is rewritten on a terminal, else a line every five seconds. */
export class Progress {
  private shownAt = 0;
  private open = false;

  public constructor(
    private readonly out: NodeJS.WriteStream = process.stderr,
    private readonly now: () => number = Date.now,
  ) {}

  public show(text: string): void {
    if (this.out.isTTY) {
      // A line that wraps cannot be rewritten. A terminal that does not know its size says 0 columns.
      this.out.write(`\r\x1b[2K${cutText(text, (this.out.columns || Number.POSITIVE_INFINITY) - 1)}`);
      this.open = true;
    } else if (this.now() - this.shownAt >= LINE_EVERY_MS) {
      this.shownAt = this.now();
      this.out.write(`${text}\n`);
    }
  }

  /** Ends the line that is being rewritten. */
  public end(): void {
    if (this.open) this.out.write("\n");
    this.open = false;
  }
}
