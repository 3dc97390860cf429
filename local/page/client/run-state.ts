import { clock } from "./format";

/** The run sends an event each second; after so long without one it counts as not answering. */
export const SILENT_AFTER_MS = 5_000;

/** State of the run as the page sees it. `sinceMs`: ms since 1970, by the run's clock. */
type RunState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** The run announced its end. */
  | { readonly kind: "ended"; readonly sinceMs: number }
  /** The connection broke and cannot be reopened. */
  | { readonly kind: "lost"; readonly sinceMs: number }
  /** The connection is open, but no events arrive. */
  | { readonly kind: "silent"; readonly sinceMs: number };

/** Derives the run's state from events. Pure: the caller passes the events and the browser's clock. */
export class RunWatch {
  private lastLiveMs: number | undefined;
  private lastHeard = 0;
  private endedMs: number | undefined;
  private isConnected = false;
  private startedAt: number | undefined;

  /** @param now milliseconds of a monotonic clock */
  public constructor(private readonly now: () => number) {}

  public opened(): void {
    this.isConnected = true;
    this.lastHeard = this.now();
  }

  public broken(): void {
    this.isConnected = false;
  }

  /** The run is live. @returns whether it is another run than before, so that the page shows none of its data */
  public live(state: { readonly nowMs: number; readonly startedAt: number }): boolean {
    const isOther = this.startedAt !== undefined && this.startedAt !== state.startedAt;
    this.startedAt = state.startedAt;
    this.lastLiveMs = state.nowMs;
    this.lastHeard = this.now();
    this.endedMs = undefined;
    return isOther;
  }

  public ended(atMs: number): void {
    this.endedMs = atMs;
  }

  public state(): RunState {
    if (this.endedMs !== undefined) return { kind: "ended", sinceMs: this.endedMs };
    const sinceMs = this.lastLiveMs;
    if (sinceMs === undefined) return { kind: "connecting" };
    if (!this.isConnected) return { kind: "lost", sinceMs };
    return this.now() - this.lastHeard > SILENT_AFTER_MS ? { kind: "silent", sinceMs } : { kind: "live" };
  }
}

/** Status text for the page's header. */
export function statusText(state: RunState): string {
  switch (state.kind) {
    case "connecting":
      return "connecting";
    case "live":
      return "live";
    case "silent":
      return `no answer since ${clock(state.sinceMs)}`;
    default:
      return `stopped since ${clock(state.sinceMs)}`;
  }
}

/** Notice about the age of the page's data; empty while the run is live. */
export function stoppedText(state: RunState): string {
  switch (state.kind) {
    case "connecting":
    case "live":
      return "";
    case "ended":
      return `The run was stopped at ${clock(state.sinceMs)}. Everything on this page is as of then.`;
    case "lost":
      return `The run does not answer since ${clock(state.sinceMs)}: its process has ended, or it cannot be reached. Everything on this page is as of then.`;
    case "silent":
      return `The run is connected, but has said nothing since ${clock(state.sinceMs)}. Everything on this page is as of then.`;
  }
}
