import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../../../lib/operator-error";
import { runProgram } from "../../../lib/run-program";
import { cacheFolder } from "../../../local/opensearch/cache";
import { findJava, type Java } from "../../../local/opensearch/java";
import { type Artifact, download, type MavenOptions } from "../../../local/opensearch/maven";

/** The newest version whose server is on Maven Central. */
export const TRINO_VERSION = "476";
/** The oldest JDK that it runs on. */
const OLDEST_JAVA = 24;

const SERVER: Artifact = `io.trino:trino-server-core:${TRINO_VERSION}:tar.gz`;
const CONNECTOR: Artifact = `io.trino:trino-hive:${TRINO_VERSION}:zip`;

/** An unpacked Trino server with the Hive connector; running it writes nothing into its folder. */
export interface Installation {
  readonly java: Java;
  readonly libraries: string;
  readonly plugins: string;
}

/**
 * Downloads the server and its Hive connector from Maven Central into the cache, unless they are there already.
 * @throws OperatorError when Java or Maven is missing, or a download fails.
 */
export async function installTrino(
  options: MavenOptions & { readonly say: (line: string) => void },
): Promise<Installation> {
  const { variables, say, signal } = options;
  const java = await findJava(
    { engine: `Trino ${TRINO_VERSION}`, variable: "TRINO_JAVA_HOME", atLeast: OLDEST_JAVA },
    variables,
  );
  const cache = join(cacheFolder(variables), "engines");
  const home = join(cache, `trino-${TRINO_VERSION}`);
  const installation = { java, libraries: join(home, "lib"), plugins: join(home, "plugin") };
  if (existsSync(home)) return installation;

  mkdirSync(cache, { recursive: true });
  // Under a temporary name until it is complete: an interrupted start leaves nothing that looks finished.
  const unfinished = mkdtempSync(join(cache, ".assembling-"));
  try {
    const downloads = join(unfinished, "downloads");
    say(`downloading Trino ${TRINO_VERSION} (450 MB, once) for ${home}`);
    await download([SERVER, CONNECTOR], downloads, options);
    const whole = join(unfinished, "server");
    const plugins = join(whole, "plugin");
    mkdirSync(plugins, { recursive: true });
    const unpack = async (program: string, args: readonly string[], cwd: string): Promise<void> => {
      const remedy = "it unpacks the server";
      const { exitCode, stderr } = await runProgram(program, args, {
        cwd,
        variables,
        remedy,
        ...(signal && { signal }),
      });
      if (exitCode !== 0) throw new OperatorError(`${program} ${args.join(" ")}: ${stderr.trim()}`);
    };
    // None of the server's own plugins is needed.
    const without = ["--strip-components=1", "--exclude=*/plugin", "--exclude=*/bin"];
    await unpack("tar", ["xzf", join(downloads, fileName(SERVER)), ...without], whole);
    await unpack(join(java.home, "bin", "jar"), ["xf", join(downloads, fileName(CONNECTOR))], plugins);
    renameSync(join(plugins, `trino-hive-${TRINO_VERSION}`), join(plugins, "hive"));
    // Another process may have installed it at the same time.
    if (!existsSync(home)) renameSync(whole, home);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return installation;
}

function fileName(artifact: Artifact): string {
  const [, name, version, type] = artifact.split(":");
  return `${name}-${version}.${type}`;
}
