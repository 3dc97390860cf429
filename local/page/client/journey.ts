import { counted } from "../../../lib/counted";
import { messageOf } from "../../../lib/message-of";
import type { JourneyAnswer, JourneyRequest, LineJourney, LinesFound } from "../inspect-state";
import { byId, el, scrolling, setText } from "./dom";
import { clock, whole } from "./format";
import { hashValue, hashWith } from "./hash";
import { originalText } from "./original";
import { post } from "./post";

const KEY = "journey";

/** A link to a line's journey. */
export function journeyLink(recordId: string): HTMLAnchorElement {
  return el("a", { href: `#${new URLSearchParams({ [KEY]: recordId })}`, class: "identity" }, recordId);
}

/** Form for the journey of a line, which is in the address; a link to `#journey=…` anywhere on the page opens it. */
export class Journey {
  private readonly section = byId("journey", HTMLElement);
  private readonly input = byId("journey-wanted", HTMLInputElement);
  private readonly status = byId("journey-status", HTMLElement);
  private readonly problem = byId("journey-problem", HTMLElement);
  private readonly answer = byId("journey-answer", HTMLElement);
  private asking: AbortController | undefined;
  /** The line of {@link answer}. */
  private wanted: string | undefined;

  public constructor() {
    byId("journey-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.open(this.input.value);
    });
    document.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest(`a[href^="#${KEY}="]`) : null;
      if (!(link instanceof HTMLAnchorElement) || isForNewTab(event)) return;
      event.preventDefault();
      this.open(new URLSearchParams(link.hash.slice(1)).get(KEY) ?? "");
    });
    window.addEventListener("hashchange", () => void this.follow());
    void this.follow();
  }

  /** Shows the journey again, because something has changed it. */
  public again(): void {
    if (this.wanted !== undefined) void this.ask(this.wanted);
  }

  private open(wanted: string): void {
    const address = hashWith(KEY, wanted);
    this.wanted = undefined;
    // The same address again is no change.
    if (address === location.hash) void this.follow();
    else location.hash = address;
  }

  private async follow(): Promise<void> {
    const wanted = hashValue(KEY);
    // Another part of the page changed the address.
    if (wanted === undefined || wanted === this.wanted) return;
    this.wanted = wanted;
    this.input.value = wanted;
    await this.ask(wanted);
    this.section.scrollIntoView();
    byId("journey-title", HTMLElement).focus({ preventScroll: true });
  }

  private async ask(wanted: string): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    setText(this.status, "looking …");
    this.problem.hidden = true;
    try {
      const request: JourneyRequest = { wanted };
      const found = await post<JourneyAnswer>("/journey", request, asking.signal);
      setText(this.status, "lines" in found ? countText(found) : momentText(found));
      this.answer.replaceChildren(...("lines" in found ? listOf(found) : journeyOf(found)));
    } catch (error) {
      if (asking.signal.aborted) return;
      setText(this.status, "");
      setText(this.problem, messageOf(error));
      this.problem.hidden = false;
      this.answer.replaceChildren();
    }
  }
}

function isForNewTab({ ctrlKey, metaKey, shiftKey }: MouseEvent): boolean {
  return ctrlKey || metaKey || shiftKey;
}

function momentText({ asOfMs, notFound }: LineJourney): string {
  const moment = `as of ${clock(asOfMs)}`;
  return notFound === undefined ? moment : `${notFound}, ${moment}`;
}

function countText({ lines, hasMore }: LinesFound): string {
  if (lines.length === 0) return "no line has this value";
  return hasMore ? `the newest ${whole(lines.length)} lines of more` : counted(lines.length, "line");
}

function listOf({ lines }: LinesFound): HTMLElement[] {
  if (lines.length === 0) return [];
  const rows = lines.map(({ recordId, arrivedAt }) =>
    el("tr", {}, el("td", {}, arrivedAt), el("td", {}, journeyLink(recordId))),
  );
  const head = el(
    "tr",
    {},
    el("th", { scope: "col" }, "Arrival, UTC"),
    el("th", { scope: "col" }, "record_id"),
  );
  return [scrolling("Lines", el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows)))];
}

function journeyOf(journey: LineJourney): HTMLElement[] {
  const { recordId, shardId, sequenceNumber, subsequenceNumber, line, steps, original, documents } = journey;
  const position = {
    record_id: recordId,
    shard: shardId,
    "sequence number": sequenceNumber,
    "sub-sequence number": String(subsequenceNumber),
    line: String(line),
  };
  return [
    el(
      "dl",
      { class: "position" },
      ...Object.entries(position).map(([name, value]) =>
        el("div", {}, el("dt", {}, name), el("dd", {}, value)),
      ),
    ),
    el(
      "ol",
      { class: "steps" },
      ...steps.map(({ place, entries }) =>
        el(
          "li",
          { "data-place": place },
          el("h3", {}, place),
          ...entries.map(({ time, text }) =>
            el("p", {}, ...(time === undefined ? [] : [el("strong", {}, time)]), el("span", {}, text)),
          ),
        ),
      ),
    ),
    ...(original === undefined
      ? [
          el(
            "p",
            { class: "muted" },
            "The bytes of the line are not known: neither stream nor quarantine has them.",
          ),
        ]
      : [
          el("h3", {}, `Line as it was sent, ${counted(original.bytes, "byte")}`),
          el("pre", { tabindex: 0, class: "original" }, ...originalText(original)),
        ]),
    ...documents.flatMap(({ index, json }) => [
      el("h3", {}, `Document of ${index}`),
      el("pre", { tabindex: 0, class: "document" }, json),
    ]),
  ];
}
