import { execFile } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { OperatorError } from "../../lib/operator-error";
import type { Variables } from "../../lib/variables";

/** An engine's requirements on Java. */
interface JavaRequirement {
  /** Name of the engine, for the error message. */
  readonly engine: string;
  /** Environment variable that names a JDK for this engine; it takes precedence. */
  readonly variable: string;
  /** Oldest supported major version. */
  readonly atLeast: number;
  /** Newest supported major version. @default any */
  readonly atMost?: number;
}

/** An installed JDK. */
export interface Java {
  /** Its `JAVA_HOME`. */
  readonly home: string;
  readonly version: number;
}

/** Folders in which systems install JDKs. */
const JDK_FOLDERS = ["/usr/lib/jvm", "/Library/Java/JavaVirtualMachines", "/opt/java"] as const;

/**
 * Finds a JDK: in the engine's own variable, in JAVA_HOME, on the PATH, and in the usual folders.
 * @throws OperatorError with the JDKs that were found and what to install.
 */
export async function findJava(requirement: JavaRequirement, variables: Variables): Promise<Java> {
  const { atLeast, atMost, engine, variable } = requirement;
  const range = atMost === undefined ? `${atLeast} or newer` : `${atLeast} to ${atMost}`;
  const found: string[] = [];
  const own = variables[variable];
  for (const home of own ? [own] : candidates(variables)) {
    const version = await versionOf(home);
    if (version !== undefined && version >= atLeast && version <= (atMost ?? version))
      return { home, version };
    found.push(`${home} (${version === undefined ? "no JDK" : `version ${version}`})`);
  }
  const instead = found.length === 0 ? "none was found" : `found: ${found.join(", ")}`;
  throw new OperatorError(
    `${engine} needs a JDK ${range}; ${instead}. Install one, or set ${variable} to its folder`,
  );
}

function candidates({ JAVA_HOME: named, PATH: path = "" }: Variables): Set<string> {
  const onPath = path
    .split(delimiter)
    .map((folder) => join(folder, "java"))
    .filter((program) => existsSync(program))
    .map((program) => dirname(dirname(realpathSync(program))));
  const installed = JDK_FOLDERS.filter((place) => existsSync(place)).flatMap((place) =>
    readdirSync(place).flatMap((name) => [join(place, name), join(place, name, "Contents/Home")]),
  );
  const homes = [...(named ? [named] : []), ...onPath, ...installed].filter((home) =>
    existsSync(join(home, "bin/java")),
  );
  return new Set(homes.map((home) => realpathSync(home)));
}

/** The JDK's major version; undefined without a JDK, or with a Java runtime only. */
async function versionOf(home: string): Promise<number | undefined> {
  if (!existsSync(join(home, "bin/keytool")) || !existsSync(join(home, "bin/jar"))) return undefined;
  const { stderr } = await promisify(execFile)(join(home, "bin/java"), [
    "-XshowSettings:properties",
    "-version",
  ]);
  const [, version] = /java\.specification\.version = (\d+)/.exec(stderr) ?? [];
  return version === undefined ? undefined : Number(version);
}
