import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { OperatorError } from "../../../lib/operator-error";
import { runProgram } from "../../../lib/run-program";
import type { Variables } from "../../../lib/variables";
import { PROJECT_ROOT } from "../../../ops/terraform/stack-folder";

/** A program from the PATH, else installed from PyPI into a cache of the project. */
export interface PythonProgram {
  /** Command name. */
  readonly name: string;
  /** Requirement for pip, with the exact version. */
  readonly requirement: string;
  /** Remedy when it is not available. */
  readonly remedy: string;
}

/** Whether the program is here, or can be installed. A cached installation needs Python too. */
export function isToBeHad(program: PythonProgram, variables: Variables): boolean {
  return [program.name, "python3"].some((name) => onPath(name, variables) !== undefined);
}

/** @returns its path. @throws OperatorError saying what to install. */
export async function pythonProgram(
  program: PythonProgram,
  variables: Variables,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const found = onPath(program.name, variables);
  if (found !== undefined) return found;
  if (existsSync(installed(program))) return installed(program);
  const { name, requirement, remedy } = program;
  const place = placeOf(program);
  say(`${name} is not on the PATH: installing ${requirement} from PyPI into ${place}`);
  const steps: [string, string[]][] = [
    ["python3", ["-m", "venv", place]],
    [join(place, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", requirement]],
  ];
  for (const [command, args] of steps) {
    const { exitCode, stderr } = await runProgram(command, args, {
      cwd: PROJECT_ROOT,
      variables,
      remedy,
      signal,
    });
    if (exitCode !== 0)
      throw new OperatorError(`${command} ${args.join(" ")} failed: ${remedy}\n${stderr.trim()}`);
  }
  return installed(program);
}

/** The path of a program on the PATH. */
export function onPath(name: string, variables: Variables): string | undefined {
  return (variables["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

function installed(program: PythonProgram): string {
  return join(placeOf(program), "bin", program.name);
}

/** The cache folder's name, such as `moto-5.2.1`; extras are left out. */
function placeOf({ requirement }: PythonProgram): string {
  const folder = requirement.replace(/\[.*\]/, "").replace("==", "-");
  return join(PROJECT_ROOT, "node_modules", ".cache", "retail-bi", folder);
}
