import { Readable } from "node:stream";
import Papa from "papaparse";

/** A row of a result: cells by column name; NULL is an empty text. */
export type ResultRow = Readonly<Record<string, string>>;

/** The file is not one that Athena writes, or was cut off. */
export class ResultFileError extends Error {
  override readonly name = "ResultFileError";
}

/**
 * Calls `onRow` for each row of a result file of Athena: CSV in UTF-8 with a header, every value in quotes, NULL a field
 * without, commas between and a line feed after each row
 * (https://docs.aws.amazon.com/athena/latest/ug/querying.html).
 * @throws ResultFileError; what the stream or `onRow` throws
 */
export async function readResultCsv(
  bytes: AsyncIterable<Uint8Array>,
  onRow: (row: ResultRow) => void,
): Promise<void> {
  const text = Readable.from(decoded(bytes));
  await new Promise<void>((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(error);
      text.destroy();
    };
    text.on("error", reject);
    Papa.parse<Record<string, string>>(text, {
      header: true,
      // Given, for the parser would guess them from the first rows.
      delimiter: ",",
      newline: "\n",
      step: ({ data, errors: [fault] }, parser) => {
        try {
          if (fault !== undefined) throw new ResultFileError(`the answer is not CSV: ${fault.message}`);
          onRow(data);
        } catch (error) {
          // First of all, for to abort the parser completes it.
          fail(error);
          parser.abort();
        }
      },
      complete: () => resolve(),
      error: fail,
    });
  });
}

/** The text of all chunks together: the end of a chunk may lie inside a character. A U+FEFF is part of the text. */
async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw new ResultFileError("the answer is not UTF-8");
    }
  };
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.length;
    yield decode(chunk);
  }
  yield decode();
  if (size === 0) throw new ResultFileError("the answer is empty: a result has a header at least");
}
