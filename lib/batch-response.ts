/** The result of a batch, by a function's response. */
export type BatchVerdict =
  /** All records were processed. */
  | { readonly type: "success" }
  /** The records before this index were processed. */
  | { readonly type: "failedFrom"; readonly index: number }
  /** No record counts as processed. */
  | { readonly type: "failure"; readonly reason: string };

/**
 * Reads the response of a function that reports item failures (`ReportBatchItemFailures`), as AWS documents it: the
 * lowest reported sequence number is the first record that was not processed. No answer, an empty answer and an
 * answer without failures mean success, even if the function only misspelt the key. An identifier that is empty,
 * missing, or not of a record in the batch fails the whole batch.
 * @param sequenceNumbers of the batch, in order
 */
export function readBatchResponse(answer: unknown, sequenceNumbers: readonly string[]): BatchVerdict {
  if (answer === undefined || answer === null) return { type: "success" };
  if (typeof answer !== "object")
    return { type: "failure", reason: `the answer is ${JSON.stringify(answer)}` };
  const failures: unknown = "batchItemFailures" in answer ? answer.batchItemFailures : null;
  if (failures === null || failures === undefined) return { type: "success" };
  if (!Array.isArray(failures)) return { type: "failure", reason: "batchItemFailures is not a list" };
  let lowest = sequenceNumbers.length;
  for (const failure of failures) {
    const identifier = identifierOf(failure);
    const index = identifier === undefined ? -1 : sequenceNumbers.indexOf(identifier);
    if (index === -1) {
      return {
        type: "failure",
        reason: `batchItemFailures names no record of the batch: ${JSON.stringify(failure)}`,
      };
    }
    lowest = Math.min(lowest, index);
  }
  return failures.length === 0 ? { type: "success" } : { type: "failedFrom", index: lowest };
}

function identifierOf(failure: unknown): string | undefined {
  if (typeof failure !== "object" || failure === null || !("itemIdentifier" in failure)) return undefined;
  return typeof failure.itemIdentifier === "string" ? failure.itemIdentifier : undefined;
}
