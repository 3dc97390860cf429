import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Variables } from "../../lib/variables";

/** Names another folder for what engines are made of. */
const CACHE_VARIABLE = "RETAIL_BI_CACHE";

/**
 * The folder that keeps what was downloaded and assembled: of the user, and for root of the system, for an engine
 * that has stepped down from root does not get into root's home.
 */
export function cacheFolder(variables: Variables): string {
  const { [CACHE_VARIABLE]: given, XDG_CACHE_HOME: standard } = variables;
  if (given) return resolve(given);
  if (process.getuid?.() === 0) return "/var/cache/retail-bi";
  return join(standard || join(homedir(), ".cache"), "retail-bi");
}
