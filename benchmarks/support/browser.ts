import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Usual paths of Chromium. */
const USUAL_PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Variable that names another browser of the Chromium family. */
const BROWSER_VARIABLE = "RETAIL_BI_CHROMIUM";

/** Disables background requests, which would go to the internet. */
const QUIET = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts a headless browser with a profile of its own.
 * @throws Error saying what to install, or which variable names a browser that is not there
 */
export function startBrowser(): Promise<Browser> {
  const named = process.env[BROWSER_VARIABLE];
  const path = (named === undefined ? USUAL_PLACES : [named]).find((place) => existsSync(place));
  if (path === undefined) {
    throw new Error(
      named === undefined
        ? `there is no Chromium at ${USUAL_PLACES.join(", ")}: install it (Debian: apt-get install chromium), or set ${BROWSER_VARIABLE}`
        : `${BROWSER_VARIABLE} is "${named}", where nothing is`,
    );
  }
  // Chromium's own sandbox refuses root.
  const asRoot = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: path, args: [...QUIET, ...asRoot] });
}
