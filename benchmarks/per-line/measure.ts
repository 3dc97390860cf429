import { spawnSync } from "node:child_process";
import { type Contender, compare } from "./contenders";

/** How contenders are measured. */
export interface MeasureSettings {
  /** Turns that count. */
  readonly rounds: number;
  /** Turns before them. */
  readonly warmUp: number;
  /** A folder for bundles and inputs. */
  readonly scratch: string;
}

/** CPU time of one thing, in microseconds a line, beside that of another in the same run. */
export interface Measure {
  readonly name: string;
  readonly cpuMicrosPerLine: number;
  /** Absent where it cannot run here. */
  readonly reference?: { readonly name: string; readonly cpuMicrosPerLine: number };
  /** Median of both times' ratio, turn by turn. */
  readonly ratio?: number;
}

export const PYTHON = "python3";

/** Whether Python can be run. */
export function python(): boolean {
  return spawnSync(PYTHON, ["--version"]).status === 0;
}

/** Lets a contender and the one that it is measured by take turns. */
export async function comparison(
  name: string,
  contenders: readonly Contender[],
  settings: MeasureSettings,
): Promise<Measure> {
  const { cpuMicrosPerLine, ratios } = await compare(contenders, settings);
  const [own = Number.NaN, other] = cpuMicrosPerLine;
  const [, reference] = contenders;
  if (reference === undefined || other === undefined) return { name, cpuMicrosPerLine: own };
  const ratio = ratios[1] ?? Number.NaN;
  return { name, cpuMicrosPerLine: own, reference: { name: reference.name, cpuMicrosPerLine: other }, ratio };
}
