import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";

/** CPU time of one round, and the lines that it handled. */
export interface Round {
  readonly cpuMicros: number;
  readonly lines: number;
}

/**
 * A program in a process of its own, so that its CPU time is its alone, garbage collection included. It does a round for each
 * line of its standard input and answers with a {@link Round} as JSON.
 */
export class Contender {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private readonly lines: Interface;
  private errors = "";

  public constructor(
    readonly name: string,
    command: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.child = spawn(command, args, { env: { ...process.env, ...environment } });
    this.child.once("error", (error) => {
      this.errors += error.message;
      this.lines.close();
    });
    // A program that has ended takes no rounds; what it wrote says why.
    this.child.stdin.on("error", () => undefined);
    this.child.stderr.on("data", (chunk) => {
      this.errors = (this.errors + chunk).slice(-4_000);
    });
    this.lines = createInterface({ input: this.child.stdout });
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  /** @throws Error with what the program wrote when it ended instead of answering */
  async round(): Promise<Round> {
    this.child.stdin.write("round\n");
    for (;;) {
      const { value, done } = await this.answers.next();
      if (done) throw new Error(`${this.name} ended: ${this.errors}`);
      // The functions log to the same output.
      if (value.startsWith('{"cpuMicros":')) return JSON.parse(value);
    }
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }
}

/** CPU time of contenders whose rounds took turns, in microseconds a line. */
export interface Comparison {
  /** Medians, in the order of the contenders. */
  readonly cpuMicrosPerLine: readonly number[];
  /** The median of the first contender's time over another's in the same turn; 1 for the first. */
  readonly ratios: readonly number[];
}

/** Lets contenders take turns, so that the machine's other work meets them alike. The first rounds are not counted. */
export async function compare(
  contenders: readonly Contender[],
  { rounds, warmUp }: { readonly rounds: number; readonly warmUp: number },
): Promise<Comparison> {
  const turns: number[][] = [];
  for (let turn = -warmUp; turn < rounds; turn++) {
    const times: number[] = [];
    for (const contender of contenders) {
      const { cpuMicros, lines } = await contender.round();
      times.push(cpuMicros / lines);
    }
    if (turn >= 0) turns.push(times);
  }
  const of = (pick: (times: readonly number[], at: number) => number): number[] =>
    contenders.map((_, at) => median(turns.map((times) => pick(times, at))));
  return {
    cpuMicrosPerLine: of((times, at) => times[at] ?? Number.NaN),
    ratios: of((times, at) => (times[0] ?? Number.NaN) / (times[at] ?? Number.NaN)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2;
}
