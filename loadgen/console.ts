import type { Writable } from "node:stream";
import { type Put, PutError } from "./put";

/**
 * Writes the lines to a stream of this process, which acknowledges what it took; there are no identities. The stream needs a
 * listener for its errors, as any.
 */
export function consolePut(output: Writable): Put {
  return async (records) => {
    const data = Buffer.concat(records.map((record) => record.data));
    const fault = await new Promise<Error | null | undefined>((resolve) => {
      output.write(data, resolve);
    });
    if (fault) throw new PutError("refused", `the output takes no more: ${fault.message}`, { cause: fault });
    return records.map(() => ({ status: "acknowledged" }));
  };
}
