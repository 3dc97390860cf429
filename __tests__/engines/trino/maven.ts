import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { OperatorError } from "../../../terraform/operator-error";
import { runProgram } from "../../../terraform/run-program";
import type { Variables } from "../../../terraform/variables";

/** A file on Maven Central. */
export interface Artifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
  /** Such as `zip` or `tar.gz`. */
  readonly type: string;
}

/** Fixed, so that the same program fetches whatever a machine's Maven would choose. */
const PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:get";
const REMEDY =
  "install Maven 3.6 or newer (https://maven.apache.org), and see that it reaches Maven Central or a mirror";

/**
 * The file of an artifact, from Maven's own cache (`MAVEN_REPO`, else `~/.m2/repository`); fetched when it is
 * not there. Maven checks its checksum.
 * @throws OperatorError with Maven's own words and what to do.
 */
export async function fetchArtifact(
  { group, name, version, type }: Artifact,
  variables: Variables,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const cache = resolve(variables["MAVEN_REPO"] ?? join(homedir(), ".m2", "repository"));
  const path = join(cache, ...group.split("."), name, version, `${name}-${version}.${type}`);
  if (existsSync(path) && statSync(path).size > 0) return path;
  const coordinates = `${group}:${name}:${version}:${type}`;
  say(`fetching ${coordinates} into ${cache}`);
  const { exitCode, stdout } = await runProgram(
    "mvn",
    [
      "-B",
      "-q",
      "-ntp",
      `-Dmaven.repo.local=${cache}`,
      PLUGIN,
      `-Dartifact=${coordinates}`,
      "-Dtransitive=false",
    ],
    { cwd: process.cwd(), variables, remedy: REMEDY, signal },
  );
  signal.throwIfAborted();
  if (exitCode === 0 && existsSync(path)) return path;
  throw new OperatorError(`Maven cannot get ${coordinates}: ${REMEDY}\n${stdout.trim()}`);
}
