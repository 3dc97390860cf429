import { toBeValidTerraform } from "cdktf/lib/testing/matchers";

/** `toBeValidTerraform` for every stack synthesized into a folder: exit code 0, or 1 with the reason. */
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: valid.ts <folder>");
const { pass, message } = toBeValidTerraform(folder);
if (!pass) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
