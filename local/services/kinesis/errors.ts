import { AwsError } from "../protocol/errors";

/** A member has the right type and a value that is not allowed, or does not fit the others. */
export function invalidArgument(message: string): AwsError {
  return new AwsError("InvalidArgumentException", message);
}

export function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}

/** A member has the wrong type, or the body cannot be decoded. */
export function serializationError(message: string): AwsError {
  return new AwsError("SerializationException", message);
}

/** A value violates a constraint of the service's model. Kinesis answers it so although its model does not list it. */
export function validationError(violations: readonly string[]): AwsError {
  const count = `${violations.length} validation error${violations.length === 1 ? "" : "s"}`;
  return new AwsError("ValidationException", `${count} detected: ${violations.join("; ")}`);
}

/** A request that cannot be served now; clients retry it. */
export function unavailable(message: string): AwsError {
  return new AwsError("ServiceUnavailable", message, 503);
}

/** A request that failed for a reason of the local run's own; clients retry it. */
export function internalFailure(message: string): AwsError {
  return new AwsError("InternalFailureException", message, 500);
}
