import { PassThrough, type Readable } from "node:stream";
import type { PageEvents } from "./state";

/** Most pages that are open at a time. */
const MOST_VIEWERS = 16;
/** A page with more unread bytes gets no `live` events until it has read them. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** Sends events to every open page, and the last ones to a page that opens (server-sent events). */
export class Hub {
  private readonly viewers = new Set<PassThrough>();
  private readonly latest = new Map<string, string>();
  public get hasViewers(): boolean {
    return this.viewers.size > 0;
  }

  public get isFull(): boolean {
    return this.viewers.size >= MOST_VIEWERS;
  }

  /** Opens a stream of events for a page, until its reader destroys it or the hub closes. */
  public open(): Readable {
    const viewer = new PassThrough();
    viewer.write("retry: 1000\n\n");
    for (const message of this.latest.values()) viewer.write(message);
    this.viewers.add(viewer);
    viewer.on("close", () => this.viewers.delete(viewer));
    return viewer;
  }

  /** @param key events of the same name with different keys do not replace each other */
  public publish<E extends keyof PageEvents>(event: E, data: PageEvents[E], key = ""): void {
    const message = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    this.latest.set(`${event} ${key}`, message);
    for (const viewer of this.viewers) {
      if (event !== "live" || viewer.writableLength < MOST_UNREAD_BYTES) viewer.write(message);
    }
  }

  /** Ends all event streams with an `ended` event, which tells an end from a broken connection. */
  public close(nowMs: number = Date.now()): void {
    this.publish("ended", { atMs: nowMs });
    for (const viewer of this.viewers) viewer.end();
  }
}
