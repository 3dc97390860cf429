import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { PutObject } from "./quarantine";

/** Writes JSON lines into `bucket`, encrypted as the bucket is by default. */
export function putJsonLines(client: S3Client, bucket: string): PutObject {
  return async (key, body) => {
    await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: "application/x-ndjson" }),
    );
  };
}
