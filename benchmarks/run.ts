/** Runs one benchmark by its name: `npm run bench -- merge-cost`. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [, , name = "", ...others] = process.argv;
const path = join(__dirname, `${name}.ts`);
if (/^[a-z-]+$/.test(name) && name !== "run" && existsSync(path)) {
  process.argv = [process.argv[0] ?? "node", path, ...others];
  require(path);
} else {
  const names = readdirSync(__dirname).flatMap((file) => /^(?!run)(.+)\.ts$/.exec(file)?.[1] ?? []);
  process.stderr.write(`There is no benchmark "${name}"; there are ${names.join(", ")}\n`);
  process.exitCode = 1;
}
