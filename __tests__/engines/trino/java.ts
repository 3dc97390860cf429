import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { OperatorError } from "../../../terraform/operator-error";
import { runProgram } from "../../../terraform/run-program";
import type { Variables } from "../../../terraform/variables";

/** Where distributions put their JDKs. */
const SYSTEM_FOLDERS = ["/usr/lib/jvm", "/Library/Java/JavaVirtualMachines", "/opt/java"];

/** A JDK that is new enough. */
export interface Java {
  /** `JAVA_HOME` of it. */
  readonly home: string;
  /** Such as 25. */
  readonly feature: number;
}

/**
 * Finds a JDK of a feature version or newer: the one that `variable` names, else `JAVA_HOME`, else the first of
 * the system's. A JDK that is named but too old is an error, never passed over.
 * @throws OperatorError naming what was found, and what to install.
 */
export async function findJava(oldest: number, variable: string, variables: Variables): Promise<Java> {
  const remedy = `install JDK ${oldest} or newer (https://adoptium.net), or name its folder in ${variable}`;
  const named = variables[variable];
  if (named !== undefined) {
    const java = await javaAt(named, variables);
    if (java === undefined) throw new OperatorError(`${variable} is ${named}, which holds no JDK: ${remedy}`);
    if (java.feature >= oldest) return java;
    throw new OperatorError(`${variable} is ${named}, which is JDK ${java.feature}: ${remedy}`);
  }
  const found: Java[] = [];
  for (const home of [variables["JAVA_HOME"], ...SYSTEM_FOLDERS.flatMap(homesIn)]) {
    const java = home === undefined ? undefined : await javaAt(home, variables);
    if (java === undefined) continue;
    if (java.feature >= oldest) return java;
    found.push(java);
  }
  const others = found.map(({ home, feature }) => `${feature} at ${home}`).join(", ");
  throw new OperatorError(
    `no JDK ${oldest} or newer was found (${others === "" ? "none at all" : `only ${others}`}): ${remedy}`,
  );
}

function homesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => [join(folder, name), join(folder, name, "Contents", "Home")]);
}

/** The JDK in a folder, told by its compiler: a runtime alone has no `jar` to unpack with. */
async function javaAt(home: string, variables: Variables): Promise<Java | undefined> {
  if (!existsSync(join(home, "bin", "javac"))) return undefined;
  const { stdout, stderr } = await runProgram(join(home, "bin", "javac"), ["-version"], {
    cwd: home,
    variables,
    remedy: "it was there a moment ago",
  });
  const [, feature] = /^javac (\d+)/m.exec(stdout + stderr) ?? [];
  return feature === undefined ? undefined : { home, feature: Number(feature) };
}
