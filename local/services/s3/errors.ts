import { messageOf } from "../../../lib/message-of";
import { isDiskFull } from "../../store/store";

/** An error response of S3: it becomes the status and the XML that an SDK turns into its exception. */
export class S3Error extends Error {
  override readonly name = "S3Error";

  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The answer to any error. A full disk is one that clients retry. */
export function faultOf(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (isDiskFull(error)) return new S3Error("ServiceUnavailable", 503, messageOf(error));
  return new S3Error("InternalError", 500, messageOf(error));
}

/** Error for a bucket that does not exist. */
export function noSuchBucket(bucket: string): S3Error {
  return new S3Error(
    "NoSuchBucket",
    404,
    `The bucket ${bucket} does not exist: the Terraform has no such bucket`,
  );
}

/** Error for a key that does not exist. */
export function noSuchKey(key: string): S3Error {
  return new S3Error("NoSuchKey", 404, `The key ${key} does not exist`);
}

/** Error for a condition that does not hold. */
export function preconditionFailed(header: string): S3Error {
  return new S3Error(
    "PreconditionFailed",
    412,
    `At least one of the pre-conditions you specified did not hold: ${header}`,
  );
}

/** Error for a feature of S3 that the local S3 lacks. */
export function notSupported(what: string): S3Error {
  return new S3Error("NotImplemented", 501, `${what} is not supported by the local object store`);
}
