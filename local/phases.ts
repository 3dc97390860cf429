import { styled } from "../lib/styled";

/** Ends a phase. @param done what is done now */
export type EndPhase = (done: string) => void;

/** Begins a phase of a start. @param doing what is being done */
export type BeginPhase = (doing: string) => EndPhase;

/** Shows the phases of a start, a line each: on a terminal also the one in progress. */
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
      this.clear();
      this.doing = "";
      const seconds = ((this.now() - startedAt) / 1_000).toFixed(1);
      this.out.write(
        `${styled("green", "✔", this.out)} ${done} ${styled("dim", `(${seconds} s)`, this.out)}\n`,
      );
    };
  };

  /** Writes a message in a line of its own. */
  public readonly say = (message: string): void => {
    this.clear();
    this.out.write(`${message}\n`);
    this.show();
  };

  /** Marks the phase in progress, if there is one, as failed or interrupted. */
  public stop(): void {
    if (this.doing === "") return;
    this.clear();
    this.out.write(`${styled("red", "✘", this.out)} ${this.doing}\n`);
    this.doing = "";
  }

  private show(): void {
    if (this.out.isTTY && this.doing !== "") this.out.write(`${styled("dim", `… ${this.doing}`, this.out)}`);
  }

  private clear(): void {
    if (this.out.isTTY && this.doing !== "") this.out.write("\r\x1b[2K");
  }
}
