import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../../../terraform/operator-error";
import { runProgram } from "../../../terraform/run-program";
import { PROJECT_ROOT } from "../../../terraform/stack-folder";
import type { Variables } from "../../../terraform/variables";
import type { Java } from "./java";
import { fetchArtifact } from "./maven";

/** The newest whose server is on Maven Central. Athena's engine version 3 is a Trino of about 2023. */
export const TRINO_VERSION = "476";
/** The oldest JDK that it starts on. */
export const TRINO_JAVA = 24;

const CACHE = join(PROJECT_ROOT, "node_modules", ".cache", "retail-bi");

/** A Trino server with the Hive connector, unpacked. */
export interface Installation {
  readonly libraries: string;
  readonly plugins: string;
}

/**
 * The server and its Hive connector, from Maven Central, unpacked once into a cache of the project.
 * @throws OperatorError saying what to install.
 */
export async function installTrino(
  java: Java,
  variables: Variables,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Installation> {
  const place = join(CACHE, `trino-${TRINO_VERSION}`);
  const installation = { libraries: join(place, "lib"), plugins: join(place, "plugin") };
  if (existsSync(place)) return installation;
  const artifact = (name: string, type: string) =>
    fetchArtifact({ group: "io.trino", name, version: TRINO_VERSION, type }, variables, say, signal);
  const [server, hive] = [await artifact("trino-server-core", "tar.gz"), await artifact("trino-hive", "zip")];

  // Under another name until it is whole: an interrupted start leaves nothing that looks finished.
  const half = join(CACHE, `trino-${TRINO_VERSION}.${process.pid}`);
  const connector = `trino-hive-${TRINO_VERSION}`;
  try {
    mkdirSync(join(half, "plugin"), { recursive: true });
    const run = async (program: string, args: readonly string[], folder: string): Promise<void> => {
      const remedy = "it unpacks the server";
      const { exitCode, stderr } = await runProgram(program, args, {
        cwd: folder,
        variables,
        remedy,
        signal,
      });
      if (exitCode !== 0) throw new OperatorError(`${program} ${args.join(" ")}: ${stderr.trim()}`);
    };
    await run("tar", ["xzf", server, "--strip-components=1", "--exclude=*/plugin", "--exclude=*/bin"], half);
    await run(join(java.home, "bin", "jar"), ["xf", hive], join(half, "plugin"));
    renameSync(join(half, "plugin", connector), join(half, "plugin", "hive"));
    renameSync(half, place);
  } finally {
    rmSync(half, { recursive: true, force: true });
  }
  return installation;
}
