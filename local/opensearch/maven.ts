import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { OperatorError } from "../../lib/operator-error";
import { runProgram } from "../../lib/run-program";
import type { Variables } from "../../lib/variables";

/** A file of Maven Central, such as `org.ow2.asm:asm:9.7:jar`. */
export type Artifact = `${string}:${string}:${string}:${"jar" | "zip" | "tar.gz"}`;

export interface MavenOptions {
  readonly variables: Variables;
  readonly signal?: AbortSignal;
}

/**
 * Downloads artifacts into `folder`, all of them or none. Maven verifies the published checksums and uses the mirrors
 * and proxies of the user's settings.
 * @param folder must not exist yet
 * @throws OperatorError when Maven is missing, or with Maven's output when it fails.
 */
export async function download(
  artifacts: readonly Artifact[],
  folder: string,
  { variables, signal }: MavenOptions,
): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const unfinished = mkdtempSync(`${folder}.`);
  const project = mkdtempSync(join(tmpdir(), "retail-bi-maven-"));
  try {
    writeFileSync(join(project, "pom.xml"), projectOf(artifacts));
    const { exitCode, stdout, stderr } = await runProgram(
      "mvn",
      [
        ...["--quiet", "--batch-mode", "--strict-checksums", "--file", join(project, "pom.xml")],
        "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
        `-DoutputDirectory=${unfinished}`,
      ],
      {
        cwd: project,
        variables,
        remedy: "install Apache Maven 3, which downloads the engine from Maven Central",
        ...(signal && { signal }),
      },
    );
    if (exitCode !== 0) throw new OperatorError(`Maven could not download the engine:\n${stdout}${stderr}`);
    renameSync(unfinished, folder);
  } finally {
    rmSync(project, { recursive: true, force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** A project that depends on the artifacts only, without transitive dependencies: the list is complete. */
function projectOf(artifacts: readonly Artifact[]): string {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version, type] = artifact.split(":");
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version><type>${type}</type><exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>engine</artifactId><version>1</version>
<dependencies>
${dependencies.join("\n")}
</dependencies></project>
`;
}
