import { counted } from "../../../lib/counted";
import type {
  EntriesPage,
  EntriesRequest,
  QuarantinedEntry,
  QuarantineState,
  ReasonCount,
  RedriveAnswer,
  RedriveRequest,
} from "../inspect-state";
import { byId, el, replaceContent, scrolling, setText } from "./dom";
import { clock, whole } from "./format";
import { journeyLink } from "./journey";
import { originalText } from "./original";
import { post } from "./post";
import { Problems } from "./problems";
import { whenSeen } from "./when-seen";

/** What may fail, each with an error of its own. */
type Work = "counts" | "entries" | "redrive";

/** The quarantine by reason, the lines that were discarded, and their redrive. */
export class Quarantine {
  private readonly section = byId("quarantine", HTMLElement);
  private readonly status = byId("quarantine-status", HTMLElement);
  private readonly problems = new Problems(byId("quarantine-problem", HTMLElement));
  private readonly counts = byId("quarantine-counts", HTMLElement);
  private readonly entries = byId("quarantine-entries", HTMLElement);
  private readonly rows = byId("quarantine-rows", HTMLElement);
  private readonly newest = byId("quarantine-newest", HTMLButtonElement);
  private readonly older = byId("quarantine-older", HTMLButtonElement);
  private readonly discarded = byId("discarded", HTMLElement);
  private readonly dialog = byId("redrive-dialog", HTMLDialogElement);
  private readonly result = byId("redrive-result", HTMLElement);
  private reason: ReasonCount | undefined;
  private last: QuarantinedEntry | undefined;
  /** The run's own figures of its last message, and of the one before the last reading. */
  private figures: string | undefined;
  private figuresRead: string | undefined;
  private isSeen = false;
  private reading: AbortController | undefined;

  /** @param onRedriven called when lines may have come to other places */
  public constructor(private readonly onRedriven: () => void) {
    whenSeen(this.section, () => this.read());
    const onClick = (id: string, what: Work, work: () => Promise<void>): void => {
      byId(id, HTMLButtonElement).addEventListener("click", () => this.report(what, work()));
    };
    onClick("quarantine-refresh", "counts", () => this.readCounts());
    onClick("quarantine-newest", "entries", () => this.readEntries());
    onClick("quarantine-older", "entries", () => this.readEntries(this.last));
    onClick("redrive", "redrive", () => this.ask());
    onClick("redrive-confirm", "redrive", () => this.redrive());
    byId("redrive-cancel", HTMLButtonElement).addEventListener("click", () => this.dialog.close());
  }

  /** Reads the counts again when the run's own figures of what was refused or discarded have changed. */
  public live(figures: string): void {
    this.figures = figures;
    if (this.isSeen && figures !== this.figuresRead) this.read();
  }

  private read(): void {
    this.isSeen = true;
    if (this.reading === undefined) this.report("counts", this.readCounts());
  }

  private report(what: Work, work: Promise<void>): void {
    work.then(
      () => this.problems.tell(what, undefined),
      (error: unknown) => this.problems.tell(what, error),
    );
  }

  /** Shows the counts of the newest reading: one that is under way may have been asked before a redrive. */
  private async readCounts(): Promise<void> {
    this.reading?.abort();
    const reading = new AbortController();
    this.reading = reading;
    this.figuresRead = this.figures;
    try {
      const { asOfMs, lines, reasons, discarded } = await post<QuarantineState>(
        "/quarantine",
        {},
        reading.signal,
      );
      setText(this.status, `${counted(lines, "line")}, as of ${clock(asOfMs)}`);
      this.showReasons(reasons);
      this.discarded.hidden = discarded === undefined;
      if (discarded) this.showDiscarded(discarded);
    } catch (error) {
      if (!reading.signal.aborted) throw error;
    } finally {
      if (this.reading === reading) this.reading = undefined;
    }
  }

  private showReasons(reasons: readonly ReasonCount[]): void {
    const rows = reasons.map((one) => {
      const button = el("button", { type: "button", "data-reason": keyOf(one) }, one.reason);
      button.addEventListener("click", () => this.choose(one));
      return el(
        "tr",
        {},
        el("th", { scope: "row" }, button),
        el("td", {}, one.layer),
        el("td", { class: "number" }, whole(one.lines)),
      );
    });
    const heads = ["Reason", "Layer", "Lines"].map((title, at) =>
      el("th", { scope: "col", class: at === 2 ? "number" : "text" }, title),
    );
    const table = el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
    replaceContent(
      this.counts,
      ...(reasons.length === 0
        ? [el("p", { class: "muted" }, "No line was refused.")]
        : [scrolling("Reasons", table)]),
    );
    this.markChosen();
  }

  private choose(reason: ReasonCount): void {
    this.reason = reason;
    this.markChosen();
    this.report("entries", this.readEntries());
  }

  private markChosen(): void {
    const chosen = this.reason && keyOf(this.reason);
    for (const button of this.counts.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-reason") === chosen));
    }
  }

  private async readEntries(after?: QuarantinedEntry): Promise<void> {
    if (this.reason === undefined) return;
    const { layer, reason } = this.reason;
    const request: EntriesRequest = {
      layer,
      reason,
      ...(after && { after: { arrivedAt: after.arrivedAt, recordId: after.recordId } }),
    };
    const { entries, hasMore } = await post<EntriesPage>("/quarantine/entries", request);
    if (this.reason.layer !== layer || this.reason.reason !== reason) return;
    this.last = entries.at(-1);
    this.entries.hidden = false;
    const which = after === undefined ? "the newest first" : `before ${after.arrivedAt}`;
    setText(byId("quarantine-entries-title", HTMLElement), `${reason}, ${layer} layer, ${which}`);
    this.newest.disabled = after === undefined;
    this.older.disabled = !hasMore;
    this.rows.replaceChildren(scrolling(`Lines refused for ${reason}`, entriesTable(entries)));
  }

  private showDiscarded({ lines, first }: NonNullable<QuarantineState["discarded"]>): void {
    byId("redrive", HTMLButtonElement).disabled = lines === 0;
    const more = first.length < lines ? `, of which the first ${whole(first.length)}` : "";
    setText(
      byId("discarded-status", HTMLElement),
      lines === 0
        ? "No line is in a discarded batch."
        : `${counted(lines, "line")} in discarded batches${more}`,
    );
    replaceContent(
      byId("discarded-lines", HTMLElement),
      ...first.map(({ recordId, condition, location }) =>
        el("li", {}, journeyLink(recordId), ` ${condition} `, el("span", { class: "muted" }, location)),
      ),
    );
  }

  /** Says what a redrive would do, and asks whether to do it. */
  private async ask(): Promise<void> {
    const request: RedriveRequest = { dryRun: true };
    const { pending, text } = await post<RedriveAnswer>("/redrive", request);
    setText(byId("redrive-plan", HTMLElement), text);
    const confirm = byId("redrive-confirm", HTMLButtonElement);
    confirm.hidden = pending === 0;
    setText(confirm, `Redrive ${counted(pending, "object")}`);
    this.dialog.showModal();
  }

  private async redrive(): Promise<void> {
    this.dialog.close();
    setText(this.result, "redriving …");
    try {
      const request: RedriveRequest = { dryRun: false };
      const { text, isDone } = await post<RedriveAnswer>("/redrive", request);
      setText(this.result, text);
      this.result.dataset["tone"] = isDone ? "good" : "bad";
    } catch (error) {
      setText(this.result, "");
      throw error;
    } finally {
      this.onRedriven();
      this.report("counts", this.readCounts());
    }
  }
}

function keyOf({ layer, reason }: ReasonCount): string {
  return `${layer} ${reason}`;
}

function entriesTable(entries: readonly QuarantinedEntry[]): HTMLTableElement {
  const heads = ["Arrival, UTC", "record_id", "Detail", "Bytes", "Line"].map((title) =>
    el("th", { scope: "col", class: title === "Bytes" ? "number" : "text" }, title),
  );
  const rows = entries.map(({ recordId, arrivedAt, detail, original }) =>
    el(
      "tr",
      {},
      el("td", {}, arrivedAt),
      el("td", {}, journeyLink(recordId)),
      el("td", {}, detail),
      el("td", { class: "number" }, whole(original.bytes)),
      el("td", {}, el("code", {}, ...originalText(original))),
    ),
  );
  return el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
}
