import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { OperatorError } from "../../lib/operator-error";
import { runProgram } from "../../lib/run-program";
import { ARTIFACTS, fileName, MODULES, type Module, SECURITY_PLUGIN, SERVER, VERSION } from "./artifacts";
import { cacheFolder } from "./cache";
import { findJava, type Java } from "./java";
import { download, type MavenOptions } from "./maven";

/** Version of this assembly: after a change the engine is assembled again. */
const ASSEMBLY = 1;

/** An assembled engine; running it writes nothing into its folder. */
export interface Distribution {
  readonly home: string;
  readonly java: Java;
}

/**
 * Downloads OpenSearch and its security plugin from Maven Central and assembles them in the cache, without Docker. Does
 * nothing when the cache already contains the assembly.
 * @throws OperatorError when Java or Maven is missing, or a download fails.
 */
export async function assembleOpenSearch(
  options: MavenOptions & { readonly say: (line: string) => void },
): Promise<Distribution> {
  const { variables, say } = options;
  const java = await findJava(
    // OpenSearch 2 needs the security manager, which Java 24 removed.
    { engine: `OpenSearch ${VERSION}`, variable: "OPENSEARCH_JAVA_HOME", atLeast: 17, atMost: 23 },
    variables,
  );
  const cache = cacheFolder(variables);
  const downloads = join(cache, "downloads", `opensearch-${VERSION}-${ASSEMBLY}`);
  const home = join(cache, "engines", `opensearch-${VERSION}-${ASSEMBLY}`);
  if (existsSync(home)) return { home, java };
  if (!existsSync(downloads)) {
    say(`downloading OpenSearch ${VERSION} (100 MB, once) into ${cache}`);
    await download(ARTIFACTS, downloads, options);
  }
  say(`assembling OpenSearch ${VERSION}`);
  const engines = join(cache, "engines");
  mkdirSync(engines, { recursive: true });
  const unfinished = mkdtempSync(join(engines, ".assembling-"));
  try {
    await unpack(java, join(downloads, fileName(SERVER)), unfinished);
    const whole = join(unfinished, `opensearch-${VERSION}`);
    const plugin = join(whole, "plugins/opensearch-security");
    mkdirSync(plugin, { recursive: true });
    await unpack(java, join(downloads, fileName(SECURITY_PLUGIN)), plugin);
    for (const module of MODULES) addModule(module, downloads, join(whole, "modules", module.name));
    // `jar --extract` does not restore the executable bits.
    const programs = join(whole, "bin");
    for (const name of readdirSync(programs)) chmodSync(join(programs, name), 0o755);
    // The rename is atomic; another process may have finished the same assembly first.
    if (!existsSync(home)) renameSync(whole, home);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return { home, java };
}

/** Unpacks with the JDK's `jar`, so that no other program is needed. */
async function unpack({ home }: Java, archive: string, folder: string): Promise<void> {
  const { exitCode, stderr } = await runProgram(join(home, "bin/jar"), ["--extract", "--file", archive], {
    cwd: folder,
    variables: process.env,
    remedy: "install a JDK, not only a Java runtime",
  });
  if (exitCode !== 0) throw new OperatorError(`${basename(archive)} cannot be unpacked: ${stderr}`);
}

function addModule({ name, classname, jars, permissions = [] }: Module, from: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const jar of jars) cpSync(join(from, fileName(jar)), join(folder, fileName(jar)));
  const descriptor = {
    name,
    description: name,
    version: VERSION,
    "opensearch.version": VERSION,
    "java.version": "11",
    classname,
    "extended.plugins": "",
    "has.native.controller": "false",
  };
  writeFileSync(
    join(folder, "plugin-descriptor.properties"),
    Object.entries(descriptor)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  );
  if (permissions.length === 0) return;
  const lines = permissions.map(
    (permission) => `  permission java.lang.RuntimePermission "${permission}";\n`,
  );
  writeFileSync(join(folder, "plugin-security.policy"), `grant {\n${lines.join("")}};\n`);
}
