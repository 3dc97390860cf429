/** An answer of S3 that is an error: it becomes the status and the XML that an SDK turns into its exception. */
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

/** The bucket that is not there. */
export function noSuchBucket(bucket: string): S3Error {
  return new S3Error(
    "NoSuchBucket",
    404,
    `The bucket ${bucket} does not exist: the Terraform has no such bucket`,
  );
}

/** The key that is not there. */
export function noSuchKey(key: string): S3Error {
  return new S3Error("NoSuchKey", 404, `The key ${key} does not exist`);
}

/** The condition of a request that does not hold. */
export function preconditionFailed(header: string): S3Error {
  return new S3Error(
    "PreconditionFailed",
    412,
    `At least one of the pre-conditions you specified did not hold: ${header}`,
  );
}

/** What S3 can do and this machine cannot. */
export function notSupported(what: string): S3Error {
  return new S3Error("NotImplemented", 501, `${what} is not supported by the local object store`);
}
