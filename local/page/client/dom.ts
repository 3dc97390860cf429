/** Content of an element. */
type Child = Node | string;

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Creates an element. Text is inserted as text, never as markup. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/** Creates an SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

/** @param attributes false and undefined leave an attribute out, true makes it empty */
export function setAttributes(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * Sets a text only when it differs, so that the browser does not redraw it and a screen reader does not repeat it.
 */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * The page's element of that id.
 * @throws Error when the page has no such element of that kind
 */
export function byId<T extends Element>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} called ${id}`);
  return element;
}

/** A table in a scrollable element, which the keyboard can scroll too. */
export function scrolling(label: string, table: HTMLTableElement): HTMLDivElement {
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, table);
}

/**
 * Replaces an element's content. A link, button or region of the same name as before keeps the focus and its scroll
 * position.
 */
export function replaceContent(element: Element, ...children: readonly Child[]): void {
  const active = document.activeElement;
  const focused = active !== null && element.contains(active) ? nameOf(active) : undefined;
  const scrolled = [...element.querySelectorAll(".scroll")].map(
    (one) => [nameOf(one), one.scrollLeft, one.scrollTop] as const,
  );
  element.replaceChildren(...children);
  const named = [...element.querySelectorAll<HTMLElement>("a, button, .scroll")];
  for (const [name, left, top] of scrolled) named.find((one) => nameOf(one) === name)?.scrollTo(left, top);
  if (focused !== undefined) named.find((one) => nameOf(one) === focused)?.focus({ preventScroll: true });
}

function nameOf(element: Element): string | undefined {
  const names = ["data-reason", "href", "aria-label"].map((name) => element.getAttribute(name));
  return names.find((name) => name !== null) ?? undefined;
}

/** Has a screen reader say a text, once: only for what somebody has asked for by a key. */
export function announce(text: string): void {
  setText(byId("announcement", HTMLElement), text);
}
