import { messageOf } from "../../../lib/message-of";
import { isDiskFull } from "../../store/store";
import { Refusal, type RefusalKind } from "../protocol/shell";

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

/** Error for an object that PutObject does not accept. */
export function entityTooLarge(): S3Error {
  return new S3Error("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size");
}

/** S3's codes and statuses of the shell's refusals. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const REFUSALS: Readonly<Record<RefusalKind, readonly [code: string, status: number]>> = {
  forbidden: ["AccessDenied", 403],
  malformed: ["InvalidURI", 400],
  incomplete: ["IncompleteBody", 400],
  "body too large": ["MaxMessageLengthExceeded", 400],
  "headers too large": ["RequestHeaderSectionTooLarge", 400],
  "method not allowed": ["MethodNotAllowed", 405],
  "expectation failed": ["InvalidRequest", 417],
  timeout: ["RequestTimeout", 400],
  closing: ["ServiceUnavailable", 503],
};

/** An error as S3 names it; a full disk is one that clients retry, and an unexpected error the store's own fault. */
export function s3ErrorOf(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (error instanceof Refusal) {
    const [code, status] = REFUSALS[error.kind];
    return new S3Error(code, status, error.message);
  }
  if (isDiskFull(error)) return new S3Error("ServiceUnavailable", 503, messageOf(error));
  return new S3Error("InternalError", 500, messageOf(error));
}
