/** Why an invocation failed, in Lambda's terms. */
export interface FunctionFault {
  /** The class of the function's own error, or Lambda's: `Sandbox.Timedout`, `Runtime.ExitError`, … */
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** A failed invocation: the function threw, timed out, exited, or exceeded a payload limit. */
export class FunctionError extends Error {
  override readonly name = "FunctionError";
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];

  constructor(
    readonly functionName: string,
    fault: FunctionFault,
  ) {
    super(`${functionName}: ${fault.errorType}: ${fault.errorMessage}`);
    this.errorType = fault.errorType;
    this.errorMessage = fault.errorMessage;
    this.trace = fault.trace;
  }

  /** An error that Lambda itself reports. */
  static of(functionName: string, errorType: string, errorMessage: string): FunctionError {
    return new FunctionError(functionName, { errorType, errorMessage, trace: [] });
  }
}
