import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../../lib/operator-error";
import { runProgram } from "../../lib/run-program";
import type { Variables } from "../../lib/variables";
import { cacheFolder } from "../../local/opensearch/cache";

/** Options of {@link installOnce}. */
export interface InstallOptions {
  readonly variables: Variables;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Runs a program of an installation. @throws OperatorError with its output when it fails, or `remedy` when it is missing */
export type Run = (command: string, args: readonly string[], cwd: string, remedy: string) => Promise<void>;

/**
 * Installs into the cache, unless the same is there already.
 * @param name of the folder, with a hash of the sources behind it
 * @param sources paths of the files that determine the installation
 * @returns the folder
 */
export async function installOnce(
  name: string,
  sources: readonly string[],
  { variables, signal }: InstallOptions,
  install: (place: string, run: Run) => Promise<void>,
): Promise<string> {
  const hash = createHash("sha256");
  for (const source of sources) hash.update(readFileSync(source));
  const place = join(cacheFolder(variables), "clients", `${name}-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(place)) return place;
  // Under another name until it is complete: an interrupted installation leaves nothing that looks finished.
  const unfinished = `${place}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  await install(unfinished, async (command, args, cwd, remedy) => {
    const options = { cwd, variables, remedy, ...(signal && { signal }) };
    const { exitCode, stderr } = await runProgram(command, args, options);
    if (exitCode !== 0) throw new OperatorError(`${command} ${args.join(" ")} failed:\n${stderr.trim()}`);
  });
  renameSync(unfinished, place);
  return place;
}

/** Python with the packages of a file of requirements, from PyPI. @returns the path of the interpreter */
export async function pythonEnvironment(
  name: string,
  requirements: string,
  options: InstallOptions,
): Promise<string> {
  const place = await installOnce(name, [requirements], options, async (folder, run) => {
    options.say(`installing Python's packages for ${name} from PyPI`);
    await run("python3", ["-m", "venv", folder], __dirname, "install Python 3.10 or newer with venv");
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run(join(folder, "bin", "python"), [...pip, "-r", requirements], __dirname, "it installs packages");
  });
  return join(place, "bin", "python");
}
