import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Variables } from "../../lib/variables";

/** Overrides the cache folder. */
const CACHE_VARIABLE = "RETAIL_BI_CACHE";

/**
 * The cache of downloads and assembled engines: in the user's home, and for root in /var/cache, because an engine
 * that has dropped root's privileges cannot read root's home.
 */
export function cacheFolder(variables: Variables): string {
  const { [CACHE_VARIABLE]: given, XDG_CACHE_HOME: standard } = variables;
  if (given) return resolve(given);
  if (process.getuid?.() === 0) return "/var/cache/retail-bi";
  return join(standard || join(homedir(), ".cache"), "retail-bi");
}
