import { KinesisClient } from "@aws-sdk/client-kinesis";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/** Nobody checks them here, but an SDK does not send a request without any. */
export const LOCAL_CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" } as const;

/**
 * A client of the local stream. Its default HTTP/2 does not work without TLS.
 * @param maxAttempts 1 for the load generator, which repeats calls itself. @default 3, the SDK's own
 */
export function localKinesis(endpoint: string, region: string, maxAttempts = 3): KinesisClient {
  return new KinesisClient({
    endpoint,
    region,
    maxAttempts,
    credentials: LOCAL_CREDENTIALS,
    requestHandler: new NodeHttpHandler(),
  });
}

/** A client of the local object store. */
export function localS3(endpoint: string, region: string): S3Client {
  return new S3Client({ endpoint, region, credentials: LOCAL_CREDENTIALS, forcePathStyle: true });
}
