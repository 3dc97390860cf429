import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../ops/terraform/stack-folder";
import type { Lane } from "./lane";

/** The library, as another team's app imports it. */
export type Library = typeof import("../../../index");

/** What `retail-bi` takes from the app that installs it. */
const PEERS = ["cdktf", "constructs", "@cdktf"];
/**
 * Packs the library as it would be published, and installs it outside of the repository. Its peers are this repository's, so
 * that constructs of both can be in one tree.
 */
export async function installPacked(lane: Lane): Promise<Library> {
  const { report, scratch } = lane;
  const app = join(scratch, "packed");
  const modules = join(app, "node_modules");
  report.part("The library, as other teams install it");
  await report.step("npm pack, npm install outside of the repository", async () => {
    const { stdout } = await lane.expectExit(0, "npm", ["pack", "--json", "--pack-destination", scratch]);
    const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf("["))) as [{ filename: string }];
    mkdirSync(app);
    writeFileSync(join(app, "package.json"), "{}");
    const flags = ["--no-audit", "--no-fund", "--loglevel=error", "--legacy-peer-deps"];
    await lane.expectExit(0, "npm", ["install", ...flags, "--prefix", app, join(scratch, filename)]);
    for (const peer of PEERS) symlinkSync(join(PROJECT_ROOT, "node_modules", peer), join(modules, peer));
    return filename;
  });
  return require(join(modules, "retail-bi"));
}
