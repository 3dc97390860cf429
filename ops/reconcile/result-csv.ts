import { Readable } from "node:stream";
import Papa from "papaparse";

/** A row of a result: cells by column name; NULL is an empty text. */
export type ResultRow = Readonly<Record<string, string>>;

/** The file is not one that Athena writes, or was cut off. */
class ResultFileError extends Error {
  override readonly name = "ResultFileError";
}

/**
 * Calls `onRow` for each row of a result file of Athena: CSV in UTF-8 with a header, commas and line feeds, every
 * value in quotes, NULL as a field without quotes (https://docs.aws.amazon.com/athena/latest/ug/querying.html).
 * @throws ResultFileError; what the stream or `onRow` throws
 */
export async function readResultCsv(
  bytes: AsyncIterable<Uint8Array>,
  onRow: (row: ResultRow) => void,
): Promise<void> {
  const text = Readable.from(decoded(bytes));
  let names: readonly string[] | undefined;
  const read = (cells: readonly string[]): void => {
    if (names === undefined) names = cells;
    else onRow(rowOf(names, cells));
  };
  await new Promise<void>((resolve, reject) => {
    text.on("error", reject);
    Papa.parse<string[]>(text, {
      // Explicit, because the parser would guess them from the first rows.
      delimiter: ",",
      newline: "\n",
      step: ({ data, errors: [fault] }, parser) => {
        try {
          if (fault !== undefined) throw new ResultFileError(`the answer is not CSV: ${fault.message}`);
          read(data);
        } catch (error) {
          // First, because aborting the parser completes it.
          reject(error);
          parser.abort();
          text.destroy();
        }
      },
      complete: () => resolve(),
      error: reject,
    });
  });
  if (names === undefined) throw new ResultFileError("the answer is empty: a result has a header at least");
}

function rowOf(names: readonly string[], cells: readonly string[]): ResultRow {
  if (cells.length !== names.length) {
    throw new ResultFileError(
      `the answer is not CSV: a row of ${cells.length} cells below ${names.length} names`,
    );
  }
  const row: Record<string, string> = {};
  // By assignment, which takes a fifth of the time of Object.fromEntries. No column is called `__proto__`.
  for (let at = 0; at < names.length; at++) row[names[at] ?? ""] = cells[at] ?? "";
  return row;
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
  for await (const chunk of bytes) yield decode(chunk);
  yield decode();
}
