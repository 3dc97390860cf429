import type { PutObject } from "../../contract/quarantine";

/**
 * Writes JSON lines into `bucket`, with the bucket's default encryption. The SDK's client is loaded by the first
 * write: few invocations write, and loading it takes longer than the rest of a function's start.
 */
export function putJsonLines(bucket: string): PutObject {
  let put: PutObject | undefined;
  return (key, body) => {
    put ??= connect(bucket);
    return put(key, body);
  };
}

function connect(bucket: string): PutObject {
  // In a function's zip it is a file of its own: what is in the same file is parsed at the start.
  const { PutObjectCommand, S3Client }: typeof import("./s3-client") = require("./s3-client");
  const client = new S3Client({});
  return async (key, body) => {
    await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: "application/x-ndjson" }),
    );
  };
}
