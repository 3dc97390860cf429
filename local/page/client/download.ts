import { el } from "./dom";

/** Time that a browser gets to begin a download. */
const KEPT_MS = 60_000;

/** Lets the browser save a text as a file. */
export function download(fileName: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href: url, download: fileName }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
