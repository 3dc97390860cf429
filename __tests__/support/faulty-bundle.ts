import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { zipSync } from "fflate";

const ROOT = resolve(__dirname, "../..");

/**
 * Bundles a function as the product does, but with the judge of faulty-judge.ts.
 * @returns the zip, in `directory`
 */
export async function bundleWithFaultyJudge(folder: string, directory: string): Promise<string> {
  let replaced = 0;
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [`lambdas/${folder}/handler.ts`],
    bundle: true,
    write: false,
    platform: "node",
    target: "node22",
    format: "cjs",
    mainFields: ["module", "main"],
    logLevel: "silent",
    plugins: [
      {
        name: "faulty judge",
        setup: (builder) => {
          builder.onResolve({ filter: /^\.\/judge$/ }, ({ importer }) => {
            if (!importer.endsWith("lines.ts")) return undefined;
            replaced++;
            return { path: join(__dirname, "faulty-judge.ts") };
          });
        },
      },
    ],
  });
  const [code] = outputFiles;
  if (code === undefined || replaced !== 1)
    throw new Error(`the judge of ${folder} was replaced ${replaced} times`);
  const archive = join(directory, `${folder}-faulty.zip`);
  writeFileSync(archive, zipSync({ "index.js": Buffer.from(code.contents) }));
  return archive;
}
