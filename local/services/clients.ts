import { KinesisClient } from "@aws-sdk/client-kinesis";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { Client } from "@opensearch-project/opensearch";
import { AwsSigv4Signer } from "@opensearch-project/opensearch/aws-v3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { LOCAL_CREDENTIALS, type LocalCredentials } from "./credentials";

/**
 * A client of the local stream, over HTTP/1.1 as the load generator's.
 * @param maxAttempts 1 for the load generator, which retries itself. @default 3, the SDK's own
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

/** A client of the local S3. */
export function localS3(endpoint: string, region: string): S3Client {
  return new S3Client({ endpoint, region, credentials: LOCAL_CREDENTIALS, forcePathStyle: true });
}

/** A client of the local Lambda. */
export function localLambda(endpoint: string, region: string): LambdaClient {
  return new LambdaClient({ endpoint, region, credentials: LOCAL_CREDENTIALS });
}

/** A client of the search engine that signs its requests. @param credentials @default the operator's */
export function localSearch(
  url: string,
  region: string,
  credentials: LocalCredentials = LOCAL_CREDENTIALS,
): Client {
  return new Client({
    ...AwsSigv4Signer({ region, service: "es", getCredentials: async () => credentials }),
    node: url,
  });
}
