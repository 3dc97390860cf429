/** An error that the operator can fix; its message names the remedy and is shown without a stack trace. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}
