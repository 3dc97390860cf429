/** What a function's answer says of its batch. */
export type BatchVerdict =
  /** All of it was processed. */
  | { readonly type: "success" }
  /** It was processed up to this record, not including it; counted from 0. */
  | { readonly type: "failedFrom"; readonly index: number }
  /** None of it counts as processed. */
  | { readonly type: "failure"; readonly reason: string };

/**
 * Reads the answer of a function that reports item failures (`ReportBatchItemFailures`), as AWS documents it: the
 * lowest sequence number that is named is the first record that was not processed. No answer, an empty one,
 * and one without failures mean success: also when the function only misspelt the key. An identifier that is
 * empty, missing, or of no record in the batch fails the whole batch.
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
