import type { Original } from "../inspect-state";
import { partsOf } from "./bytes";
import { el } from "./dom";
import { whole } from "./format";

/** A producer's bytes as they were sent. */
export function originalText({ base64, bytes }: Original): (HTMLElement | string)[] {
  const shown = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const parts = partsOf(shown).map(({ text, isEscape }) =>
    isEscape ? el("span", { class: "escape" }, text) : text,
  );
  if (shown.length === bytes) return parts;
  return [...parts, el("span", { class: "muted" }, ` … the first ${whole(shown.length)} bytes`)];
}
