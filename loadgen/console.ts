import type { Writable } from "node:stream";
import { type Put, PutError } from "./put";

/**
 * Writes the lines to a stream of this process, which acknowledges what it took; there are no identities.
 * @param onReaderGone called when nobody reads any more, as after `| head`
 */
export function consolePut(output: Writable, onReaderGone: () => void): Put {
  // Each write reports its own error; without a listener the same error would end the process as well.
  output.on("error", () => {});
  return async (records) => {
    const data = Buffer.concat(records.map((record) => record.data));
    const fault = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => {
      output.write(data, resolve);
    });
    if (fault) {
      if (fault.code === "EPIPE") onReaderGone();
      throw new PutError("refused", `standard output takes no more: ${fault.message}`, { cause: fault });
    }
    return records.map(() => ({ status: "acknowledged" }));
  };
}
