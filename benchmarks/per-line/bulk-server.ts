import { createServer, type Server } from "node:http";
import { listenOnLoopback } from "../../lib/loopback";

/** An item as OpenSearch answers it without a filter. */
const ITEM = {
  index: {
    _index: "retail",
    _id: "0123456789abcdef",
    _version: 1,
    result: "created",
    _shards: { total: 2, successful: 2, failed: 0 },
    _seq_no: 123456,
    _primary_term: 1,
    status: 201,
  },
};
const FILTERED_ITEM = { index: { status: 201 } };

/** Answers bulk requests as if all documents were indexed; `filter_path` leaves the items their status. @returns with its port */
export async function startBulkServer(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer((request, response) => {
    let lines = 0;
    request.on("data", (chunk: Buffer) => {
      for (let at = chunk.indexOf("\n"); at !== -1; at = chunk.indexOf("\n", at + 1)) lines++;
    });
    request.once("end", () => {
      const isFiltered = request.url?.includes("filter_path") ?? false;
      const items = Array.from({ length: lines / 2 }, () => (isFiltered ? FILTERED_ITEM : ITEM));
      response.setHeader("content-type", "application/json; charset=UTF-8");
      response.end(JSON.stringify(isFiltered ? { items } : { took: 30, errors: false, items }));
    });
  });
  const url = await listenOnLoopback(server, 0, "bulk");
  return { port: Number(new URL(url).port), server };
}
