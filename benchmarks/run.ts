/** Runs one benchmark by its name, `npm run bench -- merge-cost`, or without a name the table of all, suite.ts. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [node = "node", , first = "", ...others] = process.argv;
const isName = first !== "" && !first.startsWith("-");
const name = isName ? first : "suite";
const path = join(__dirname, `${name}.ts`);
if (/^[a-z-]+$/.test(name) && name !== "run" && existsSync(path)) {
  process.argv = [node, path, ...(isName || first === "" ? others : [first, ...others])];
  require(path);
} else {
  const names = readdirSync(__dirname).flatMap((file) => /^(?!run|suite)(.+)\.ts$/.exec(file)?.[1] ?? []);
  process.stderr.write(`There is no benchmark "${name}"; there are ${names.join(", ")}\n`);
  process.exitCode = 1;
}
