import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { retailPreset } from "../../loadgen/retail-preset";
import { itemsOf } from "../../loadgen/source";

/** Each line has a tag in its text, by which the check follows it without knowing how the product names lines. */
const tagOf = (number: number): string => `T${String(number).padStart(7, "0")}`;

/** One line of so many breaks the contract. */
export const POISON_EVERY = 200;

/** Ways to break a line that keep its tag readable. */
const POISONS: readonly ((line: Readonly<Record<string, unknown>>) => string)[] = [
  (line) => JSON.stringify(line).slice(0, 40),
  (line) => JSON.stringify(line) + JSON.stringify(line),
  (line) => JSON.stringify([line]),
  (line) => JSON.stringify({ ...line, Quantity: "6" }),
  (line) => JSON.stringify({ ...line, InvoiceDate: "2010-02-30 10:00:00" }),
  (line) => JSON.stringify({ ...line, Price: undefined }),
  (line) => JSON.stringify({ ...line, invoice: "again" }),
  (line) => JSON.stringify({ ...line, Description: "x".repeat(300 * 1024) }),
];

/** Only each of so many broken lines is one of 300 KB. */
const LARGE_EVERY = 50;

/**
 * Writes synthetic lines of the retail contract, one of {@link POISON_EVERY} of them broken.
 * @returns the number of broken lines
 */
export async function writeLines(path: string, count: number): Promise<number> {
  const file = createWriteStream(path);
  const ended = finished(file);
  let number = 0;
  let broken = 0;
  const small = POISONS.length - 1;
  for await (const line of itemsOf(retailPreset.syntheticLines(1))) {
    number++;
    const fields = { ...JSON.parse(Buffer.from(line.bytes).toString()), Invoice: tagOf(number) };
    let text = JSON.stringify(fields);
    if (number % POISON_EVERY === 0) {
      broken++;
      const poison = POISONS[broken % LARGE_EVERY === 0 ? small : broken % small];
      text = poison?.(fields) ?? text;
    }
    if (!file.write(`${text}\n`)) await once(file, "drain");
    if (number === count) break;
  }
  file.end();
  await ended;
  return broken;
}
