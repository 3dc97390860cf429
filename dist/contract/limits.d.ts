import type { Column } from "./column";
/** Largest record that a stream accepts by default: 1 MiB. */
export declare const MAX_RECORD_BYTES: number;
/**
 * The longest answer of ValidateRecords, in bytes. Lambda accepts 6 MB (6,291,556 bytes) from a synchronous
 * invocation and fails it above that.
 */
export declare const MAX_ANSWER_BYTES = 5500000;
/** Bytes of a record in an answer: `{"recordId":"","result":"Ok","data":""},`, the id, and the data in base64. */
export declare function answerBytes(recordId: string, dataBytes: number): number;
/** Length of this many bytes in base64. */
export declare function base64Bytes(bytes: number): number;
/**
 * The most bytes by which the stored form of a line of these columns exceeds the line as sent, without the characters
 * of its `extra`. The stored form has
 * - the contract's columns, each of which grows by its spelling only: {@link spellingsOf} has the worst of each kind
 * - identity and arrival
 * - the members of `extra`. Except for the two braces, their canonical text is no longer than the members as sent.
 *   The JSON string of that text has a backslash before each quote and each backslash, and no other escape, because
 *   the text has no control characters: at most one more byte for each character.
 */
export declare function growthBytes(columns: readonly Column[]): number;
/**
 * Most lines of a record: as many valid lines as fit into the largest record, and at most 20,000. A record with more
 * lines has invalid ones and is refused as a whole, because judging each line would cost hundreds of times the
 * record's size.
 */
export declare function maxLines(columns: readonly Column[]): number;
/** Lambda's limit of a synchronous request, in bytes. */
export declare const LAMBDA_REQUEST_BYTES: number;
/**
 * Buffer size of the transformation: the largest with which the answer of ValidateRecords stays below
 * {@link MAX_ANSWER_BYTES} for any valid lines. It is at most Firehose's default of 1 MiB, in steps of a tenth of a
 * MiB.
 */
export declare function transformationBufferMiB(columns: readonly Column[]): number;
/**
 * An upper bound, in bytes, of the answer to a request with `bufferBytes` of data.
 *
 * A request of R records, each of L lines and D bytes, has R·D ≤ `bufferBytes` and R·(overhead + 4/3·D) ≤ 6 MiB; its
 * answer has R·(overhead + 4/3·stored). Stored bytes are linear in L, in the values that a line has more than the
 * shortest line, and in unknown columns. So on either side of the D at which both limits on R are equal, the answer
 * is a quotient of linear functions and is largest in a corner. A corner has one line, the most lines of a record, or
 * no unknown column; and the least D, the most D, or that D. Values that grow most for their bytes come first,
 * unknown columns last.
 */
export declare function largestAnswer(columns: readonly Column[], bufferBytes: number): number;
