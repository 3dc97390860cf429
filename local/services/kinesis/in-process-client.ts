import { KinesisClient } from "@aws-sdk/client-kinesis";
import { LOCAL_CREDENTIALS } from "../credentials";
import type { ApiAnswer, ApiRequest } from "./api";

/** The parts of the SDK's request that matter here. */
interface SdkRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * A client for the local run's own parts, without HTTP. Its reads do not count against a shard's read throughput.
 */
export function inProcessClient(region: string, answer: (request: ApiRequest) => ApiAnswer): KinesisClient {
  return new KinesisClient({
    region,
    endpoint: "http://in-process",
    credentials: LOCAL_CREDENTIALS,
    requestHandler: {
      handle: async ({ method, headers, body }: SdkRequest) => {
        const { status, ...response } = answer({
          method,
          target: headers["x-amz-target"],
          contentType: headers["content-type"],
          body: bytesOf(body),
          isThrottled: false,
        });
        return { response: { statusCode: status, ...response } };
      },
    },
  });
}

function bytesOf(body: unknown): Buffer {
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw new Error("the SDK sends the body of a Kinesis request as a text or as bytes");
}
