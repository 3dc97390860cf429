import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../../../lib/operator-error";
import { runProgram } from "../../../lib/run-program";
import type { Variables } from "../../../lib/variables";
import { cacheFolder } from "../../../local/opensearch/cache";

/** Options of {@link installClients}. */
interface InstallOptions {
  readonly variables: Variables;
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Installed clients. */
export interface Clients {
  /** Python with the packages of `python/requirements.txt`. */
  readonly python: string;
  /** The program of `go/`. */
  readonly go: string;
}

/**
 * Installs Python's clients from PyPI and builds the Go program, into the cache, unless they are there already.
 * @throws OperatorError when Python or Go is missing, or an installation fails.
 */
export async function installClients({ variables, say, signal }: InstallOptions): Promise<Clients> {
  const run = async (command: string, args: readonly string[], cwd: string, remedy: string) => {
    const options = { cwd, variables, remedy, ...(signal && { signal }) };
    const { exitCode, stderr } = await runProgram(command, args, options);
    if (exitCode !== 0) throw new OperatorError(`${command} ${args.join(" ")} failed:\n${stderr.trim()}`);
  };
  const cached = async (
    name: string,
    sources: readonly string[],
    install: (place: string) => Promise<void>,
  ): Promise<string> => {
    const hash = createHash("sha256");
    for (const source of sources) hash.update(readFileSync(join(__dirname, source)));
    const place = join(cacheFolder(variables), "clients", `${name}-${hash.digest("hex").slice(0, 16)}`);
    if (existsSync(place)) return place;
    // Under another name until it is complete: an interrupted installation leaves nothing that looks finished.
    const unfinished = `${place}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    await install(unfinished);
    renameSync(unfinished, place);
    return place;
  };

  const python = await cached("python", ["python/requirements.txt"], async (place) => {
    say("installing Python's clients from PyPI");
    await run("python3", ["-m", "venv", place], __dirname, "install Python 3.10 or newer with venv");
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    const requirements = join(__dirname, "python", "requirements.txt");
    await run(join(place, "bin", "python"), [...pip, "-r", requirements], __dirname, "it installs clients");
  });
  const go = await cached("go", ["go/go.mod", "go/go.sum", "go/main.go"], async (place) => {
    say("building the Go client");
    await run("go", ["build", "-o", join(place, "client"), "."], join(__dirname, "go"), "install Go");
  });
  return { python: join(python, "bin", "python"), go: join(go, "client") };
}
