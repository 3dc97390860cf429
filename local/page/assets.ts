import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";

const CLIENT = join(__dirname, "client");
/** The first script; it loads the others when they are needed. */
const SCRIPT = "page.js";
/** Files that are served as they are. */
export const STATIC_FILES: readonly string[] = ["page.html", "icon.svg"];
/** Content types of what is built. */
const BUILT_TYPES = new Map([
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
]);

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
  const built = existsSync(join(CLIENT, SCRIPT)) ? builtFiles() : await buildClient();
  const file = (name: string): Buffer => readFileSync(join(CLIENT, name));
  return new Map([
    ["/", asset("text/html; charset=utf-8", file("page.html"))],
    ["/icon.svg", asset("image/svg+xml", file("icon.svg"))],
    ...[...built].map(
      ([name, content]) => [`/${name}`, asset(BUILT_TYPES.get(extname(name)) ?? "", content)] as const,
    ),
  ]);
}

function builtFiles(): Map<string, Buffer> {
  const names = readdirSync(CLIENT).filter((name) => BUILT_TYPES.has(extname(name)));
  return new Map(names.map((name) => [name, readFileSync(join(CLIENT, name))]));
}

/**
 * The page's code and style with all that they import, from their sources, by file name.
 * @throws Error with esbuild's own message when they do not build
 */
export async function buildClient(): Promise<Map<string, Buffer>> {
  // The package has no bundler.
  const { build } = await import("esbuild");
  const out = basename(SCRIPT, ".js");
  const { outputFiles } = await build({
    entryPoints: [
      { in: join(CLIENT, "main.ts"), out },
      { in: join(CLIENT, "styles.css"), out },
    ],
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
