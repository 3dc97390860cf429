import type { ServerResponse } from "node:http";
import type { PageEvents } from "./state";

/** Pages that may look at a time. */
const MOST_VIEWERS = 16;
/** A viewer who has not taken this much does not get more `live` events until they have. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** Tells every open page what is new, and a page that opens what was told last. Server-sent events. */
export class Hub {
  private readonly viewers = new Set<ServerResponse>();
  private readonly latest = new Map<string, string>();
  public get hasViewers(): boolean {
    return this.viewers.size > 0;
  }

  public get isFull(): boolean {
    return this.viewers.size >= MOST_VIEWERS;
  }

  /** Keeps the answer open and writes events into it until the page goes. */
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

  /** Ends all events; the last of them says that the run ended, so that nobody takes it for one that was cut off. */
  public close(nowMs: number = Date.now()): void {
    this.publish("ended", { atMs: nowMs });
    for (const viewer of this.viewers) viewer.end();
  }
}
