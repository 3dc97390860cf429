import type { ServerResponse } from "node:http";
import type { PageEvents } from "./state";

/** Most pages that are open at a time. */
const MOST_VIEWERS = 16;
/** A page with more unread bytes gets no `live` events until it has read them. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** Sends events to every open page, and the last ones to a page that opens (server-sent events). */
export class Hub {
  private readonly viewers = new Set<ServerResponse>();
  private readonly latest = new Map<string, string>();
  public get hasViewers(): boolean {
    return this.viewers.size > 0;
  }

  public get isFull(): boolean {
    return this.viewers.size >= MOST_VIEWERS;
  }

  /** Keeps the response open and writes events into it until the page closes. */
  public add(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    response.write("retry: 1000\n\n");
    for (const message of this.latest.values()) response.write(message);
    this.viewers.add(response);
    response.on("close", () => this.viewers.delete(response));
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
