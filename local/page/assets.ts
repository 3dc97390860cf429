import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const CLIENT = join(__dirname, "client");
/** The first script; it loads the others when they are needed. */
const SCRIPT = "page.js";
/** The page's style sheets, which are served as one. */
const STYLES = ["page.css", "inspect.css"];
/** Files that are served or joined as they are. */
export const STATIC_FILES: readonly string[] = ["page.html", "icon.svg", ...STYLES];

/** A file of the page. */
export interface Asset {
  readonly contentType: string;
  readonly body: Buffer;
  /** Hash of the content. */
  readonly etag: string;
}

/**
 * Builds the page's files, by path. They refer to no other host, so the page works without internet.
 * @throws Error with esbuild's own message when the page's code does not build
 */
export async function buildAssets(): Promise<ReadonlyMap<string, Asset>> {
  // In the package the page's code is built.
  const scripts = existsSync(join(CLIENT, SCRIPT)) ? builtScripts() : await buildScripts();
  const file = (name: string): Buffer => readFileSync(join(CLIENT, name));
  return new Map([
    ["/", asset("text/html; charset=utf-8", file("page.html"))],
    ["/page.css", asset("text/css; charset=utf-8", Buffer.concat(STYLES.map(file)))],
    ["/icon.svg", asset("image/svg+xml", file("icon.svg"))],
    ...[...scripts].map(
      ([name, script]) => [`/${name}`, asset("text/javascript; charset=utf-8", script)] as const,
    ),
  ]);
}

function builtScripts(): Map<string, Buffer> {
  const names = readdirSync(CLIENT).filter((name) => name.endsWith(".js"));
  return new Map(names.map((name) => [name, readFileSync(join(CLIENT, name))]));
}

/** The page's code, from its sources, by file name. @throws Error with esbuild's own message when it does not build */
export async function buildScripts(): Promise<Map<string, Buffer>> {
  // The package has no bundler.
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: { [basename(SCRIPT, ".js")]: join(CLIENT, "main.ts") },
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    outdir: CLIENT,
    format: "esm",
    target: ["chrome115", "firefox115", "safari16.4"],
    logLevel: "silent",
  });
  return new Map(outputFiles.map(({ path, contents }) => [basename(path), Buffer.from(contents)]));
}

function asset(contentType: string, body: Buffer): Asset {
  return {
    contentType,
    body,
    etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
  };
}
