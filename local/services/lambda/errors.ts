import { messageOf } from "../../../lib/message-of";
import { Refusal, type RefusalKind } from "../protocol/shell";

/** An error response of Lambda's API. */
export class LambdaError extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

/** Lambda's error types of the shell's refusals. */
const REFUSALS: Readonly<Record<RefusalKind, string>> = {
  forbidden: "AccessDeniedException",
  malformed: "InvalidRequestContentException",
  incomplete: "InvalidRequestContentException",
  "body too large": "RequestTooLargeException",
  "headers too large": "InvalidRequestContentException",
  "method not allowed": "UnknownOperationException",
  "expectation failed": "InvalidRequestContentException",
  timeout: "RequestTimeoutException",
  closing: "ServiceException",
};

/** An error as Lambda's API names it; an unexpected one is the service's own fault. */
export function lambdaErrorOf(error: unknown): LambdaError {
  if (error instanceof LambdaError) return error;
  if (error instanceof Refusal) return new LambdaError(error.status, REFUSALS[error.kind], error.message);
  return new LambdaError(500, "ServiceException", messageOf(error));
}
