import { styled } from "../lib/styled";
import { eraseLine, showLine } from "./open-line";

/** Ends a phase. @param done what is done now */
export type EndPhase = (done: string) => void;

/** Begins a phase of a start. @param doing what is being done */
export type BeginPhase = (doing: string) => EndPhase;

/** Shows the phases of a start, a line each, and messages: on a terminal also the phase in progress. */
export class Phases {
  private doing = "";

  public constructor(
    private readonly out: NodeJS.WriteStream = process.stderr,
    private readonly now: () => number = () => performance.now(),
  ) {}

  public readonly begin: BeginPhase = (doing) => {
    const startedAt = this.now();
    this.doing = doing;
    this.show();
    return (done) => {
      eraseLine(this.out);
      this.doing = "";
      const seconds = ((this.now() - startedAt) / 1_000).toFixed(1);
      this.out.write(
        `${styled("green", "✔", this.out)} ${done} ${styled("dim", `(${seconds} s)`, this.out)}\n`,
      );
    };
  };

  /** Writes a message in a line of its own, in the place of a line of `Progress`. */
  public readonly say = (message: string): void => {
    eraseLine(this.out);
    this.out.write(`${message}\n`);
    this.show();
  };

  /** Marks the phase in progress, if there is one, as failed or interrupted. */
  public stop(): void {
    if (this.doing === "") return;
    eraseLine(this.out);
    this.out.write(`${styled("red", "✘", this.out)} ${this.doing}\n`);
    this.doing = "";
  }

  private show(): void {
    if (this.out.isTTY && this.doing !== "") showLine(this.out, styled("dim", `… ${this.doing}`, this.out));
  }
}
