import { el } from "./dom";

/** Key of the address's fragment that names the line whose journey is shown. */
const JOURNEY = "journey";

/** A link to the journey of a line. The view stays in the address. */
export function journeyLink(recordId: string): HTMLElement {
  const { href } = new URL(`#${new URLSearchParams([[JOURNEY, recordId]])}`, location.href);
  const link = el("a", { href, title: recordId }, "Journey");
  link.setAttribute("aria-label", `Journey of ${recordId}`);
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    link.closest("dialog")?.close();
    const params = new URLSearchParams(location.hash.replace(/^#/, ""));
    params.set(JOURNEY, recordId);
    location.hash = params.toString();
  });
  return link;
}
