import type { S3Client } from "@aws-sdk/client-s3";
import type { PutObject } from "../../contract/quarantine";

/**
 * Writes JSON lines into `bucket`, with the bucket's default encryption. The SDK's client is loaded by the first
 * write: few invocations write, and loading it takes longer than the rest of a function's start.
 */
export function putJsonLines(bucket: string): PutObject {
  let client: S3Client | undefined;
  return async (key, body) => {
    const sdk = await import("@aws-sdk/client-s3");
    client ??= new sdk.S3Client({});
    await client.send(
      new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: "application/x-ndjson" }),
    );
  };
}
