import { join } from "node:path";
import { type InstallOptions, installOnce, pythonEnvironment } from "../python-environment";

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
export async function installClients(options: InstallOptions): Promise<Clients> {
  const python = await pythonEnvironment("python", join(__dirname, "python", "requirements.txt"), options);
  const sources = ["go/go.mod", "go/go.sum", "go/main.go"].map((path) => join(__dirname, path));
  const go = await installOnce("go", sources, options, async (place, run) => {
    options.say("building the Go client");
    await run("go", ["build", "-o", join(place, "client"), "."], join(__dirname, "go"), "install Go");
  });
  return { python, go: join(go, "client") };
}
