/** A completed step of the run. */
export interface StepResult {
  readonly part: string;
  readonly name: string;
  readonly seconds: number;
  readonly ok: boolean;
  /** The observation, or the reason of the failure. */
  readonly detail: string;
}

/** A step observed something unexpected; the message describes it. */
export class CheckFailed extends Error {
  override readonly name = "CheckFailed";
}

/** @throws CheckFailed when the condition does not hold. */
export function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new CheckFailed(otherwise);
}

/** Runs steps one after the other, and reports each as it ends. */
export class Report {
  public readonly steps: StepResult[] = [];
  private current = "";

  public constructor(private readonly write: (line: string) => void) {}

  /** Begins a part of the run. */
  public part(title: string): void {
    this.current = title;
    this.write(`\n${title}`);
  }

  /** @throws whatever `body` throws, after reporting it: later steps would have no meaning. */
  public async step(name: string, body: () => Promise<string>): Promise<void> {
    const start = performance.now();
    const done = (ok: boolean, detail: string): void => {
      const seconds = Math.round((performance.now() - start) / 100) / 10;
      this.steps.push({ part: this.current, name, seconds, ok, detail });
      const [first = "", ...rest] = detail.split("\n");
      this.write(
        `  ${ok ? "ok  " : "FAIL"} ${seconds.toFixed(1).padStart(6)} s  ${name}${first && `: ${first}`}`,
      );
      for (const line of rest) this.write(`                   ${line}`);
    };
    try {
      done(true, await body());
    } catch (error) {
      done(false, error instanceof Error ? error.message : String(error));
      throw error;
    }
  }
}
