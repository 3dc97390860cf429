import type { Refusal } from "./reasons";
/**
 * Explains to the producer why `JSON.parse` refuses a line.
 * @param line text of at most {@link MAX_LINE_BYTES}; the work is linear in its length
 */
export declare function explainNotJson(line: string): Refusal;
/** Explains why a value that `JSON.parse` accepts is refused: it is not an object. */
export declare function explainNotAnObject(value: unknown): Refusal;
/**
 * Explains a record that cannot have an acceptable line. One entry then holds all of its bytes unsplit.
 * @returns undefined if its lines must be judged one by one
 */
export declare function explainRecord(data: Uint8Array): Refusal | undefined;
