/** Something that the operator can put right; its message says what, and is shown without a stack trace. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}
