import type { IncomingMessage, Server, ServerResponse } from "node:http";

/** Records put into the streams since the start, by all producers. */
export interface PutCounts {
  readonly records: number;
  /** Records that PutRecords reported as failed; counts every attempt. */
  readonly refused: number;
  /** Time of the last accepted record, ms since 1970. */
  readonly lastMs?: number;
}

/** Supported operations: they read and write records. Only Terraform changes the streams. */
export const SERVED = new Set([
  "PutRecord",
  "PutRecords",
  "GetRecords",
  "GetShardIterator",
  "ListShards",
  "ListStreams",
  "DescribeStream",
  "DescribeStreamSummary",
  "ListTagsForStream",
]);

/** Requests that kinesalite is processing, including those whose client has disconnected. */
class RequestsInProgress {
  private count = 0;
  private notify: (() => void) | undefined;

  /** Follows one request from its last byte to the end of its response. */
  follow(request: IncomingMessage, response: ServerResponse): void {
    let begun = false;
    request.once("end", () => {
      begun = true;
      this.count++;
    });
    const { end } = response;
    Object.assign(response, {
      end: (...given: unknown[]) => {
        if (begun) this.count--;
        begun = false;
        if (this.count === 0) this.notify?.();
        return Reflect.apply(end, response, given);
      },
    });
  }

  async ended(): Promise<void> {
    if (this.count === 0) return;
    await new Promise<void>((resolve) => {
      this.notify = resolve;
    });
  }
}

/** Counts the records in the responses to PutRecord and PutRecords. */
export class PutCounter {
  counts: PutCounts = { records: 0, refused: 0 };

  /** Reads the response to a put before it reaches the client. */
  follow(response: ServerResponse): void {
    const { end } = response;
    Object.assign(response, {
      end: (...given: unknown[]) => {
        if (response.statusCode === 200) this.count(String(given[0]));
        return Reflect.apply(end, response, given);
      },
    });
  }

  private count(answer: string): void {
    const taken = answer.match(/"SequenceNumber":/g)?.length ?? 0;
    const refused = answer.match(/"ErrorCode":/g)?.length ?? 0;
    const { counts } = this;
    this.counts = {
      records: counts.records + taken,
      refused: counts.refused + refused,
      ...(taken > 0 ? { lastMs: Date.now() } : counts.lastMs !== undefined && { lastMs: counts.lastMs }),
    };
  }
}

/** Operations whose responses report accepted records. */
const PUTS: ReadonlySet<string> = new Set(["PutRecord", "PutRecords"]);

/**
 * Intercepts kinesalite's requests: refuses unsupported operations, survives clients that disconnect, counts the
 * records that are put, and tracks the requests in progress. The database must stay open until they end.
 */
export function interceptRequests(
  server: Server,
  isServed: (operation: string) => boolean,
  puts: PutCounter,
): RequestsInProgress {
  const [handle] = server.listeners("request");
  if (handle === undefined) throw new Error("kinesalite has no request listener: its version must be 3.3.3");
  const work = new RequestsInProgress();
  server.removeAllListeners("request");
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const [, operation] = String(request.headers["x-amz-target"]).split(".");
    if (operation !== undefined && !isServed(operation)) {
      refuse(response, operation);
      request.resume();
      return;
    }
    work.follow(request, response);
    if (operation !== undefined && PUTS.has(operation)) puts.follow(response);
    handle.call(server, request, response);
    // kinesalite throws a request's error, so any client that is killed would end this process.
    request.removeAllListeners("error");
    request.on("error", () => response.destroy());
  });
  return work;
}

function refuse(response: ServerResponse, operation: string): void {
  const message =
    `${operation} is not supported by the local run: only Terraform changes its streams and shards; ` +
    "supported: putting and reading records";
  response.writeHead(400, { "content-type": "application/x-amz-json-1.1" });
  response.end(JSON.stringify({ __type: "UnsupportedOperationException", message }));
}
