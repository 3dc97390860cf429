import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const CLIENT = join(__dirname, "client");
/** In the package the page's code and style are built. */
const BUILT_SCRIPT = join(CLIENT, "main.js");

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
  const file = (name: string): Buffer => readFileSync(join(CLIENT, name));
  const isBuilt = existsSync(BUILT_SCRIPT);
  const script = isBuilt ? file("main.js") : await buildClient("main.ts");
  const style = isBuilt ? file("page.css") : await buildClient("page.css");
  return new Map([
    ["/", asset("text/html; charset=utf-8", file("page.html"))],
    ["/page.css", asset("text/css; charset=utf-8", style)],
    ["/page.js", asset("text/javascript; charset=utf-8", script)],
    ["/icon.svg", asset("image/svg+xml", file("icon.svg"))],
  ]);
}

/** The page's code or style with all that it imports. @throws Error with esbuild's own message when it does not build */
export async function buildClient(entry: "main.ts" | "page.css"): Promise<Buffer> {
  // The package has no bundler.
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(CLIENT, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: ["chrome115", "firefox115", "safari16.4"],
    logLevel: "silent",
  });
  const [built] = outputFiles;
  if (built === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  return Buffer.from(built.contents);
}

function asset(contentType: string, body: Buffer): Asset {
  return {
    contentType,
    body,
    etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`,
  };
}
