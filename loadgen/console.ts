import { once } from "node:events";
import type { Writable } from "node:stream";
import { type Put, PutError } from "./put";

/**
 * Writes the lines to a stream of this process, which acknowledges what it took; there are no identities.
 * @param onReaderGone called when nobody reads any more, as after `| head`
 */
export function consolePut(output: Writable, onReaderGone: () => void): Put {
  let fault: Error | undefined;
  output.on("error", (error: NodeJS.ErrnoException) => {
    fault = error;
    if (error.code === "EPIPE") onReaderGone();
  });
  return async (records) => {
    try {
      const room = fault === undefined && output.write(Buffer.concat(records.map(({ data }) => data)));
      if (!room && fault === undefined) await once(output, "drain");
    } catch (error) {
      fault ??= error instanceof Error ? error : new Error(String(error));
    }
    if (fault !== undefined) {
      throw new PutError("refused", `standard output takes no more: ${fault.message}`, { cause: fault });
    }
    return records.map(() => ({ status: "acknowledged" }));
  };
}
