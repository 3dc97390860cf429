import { randomUUID } from "node:crypto";
import { messageOf } from "../../../lib/message-of";
import { StoreFullError } from "../../store/store";
import { AwsError } from "../protocol/errors";
import { awsErrorOf } from "../protocol/json-protocol";
import { Refusal } from "../protocol/shell";
import { internalFailure, serializationError, unavailable } from "./errors";
import type { KinesisOperations } from "./operations";
import { RequestMembers } from "./request";
import { CONTENT_TYPES, DEFAULT_WIRE, type Wire, wireOf } from "./wire";

const SERVICE = "Kinesis_20131202";
/** Operations of enhanced fan-out. */
const FAN_OUT = new Set([
  "DeregisterStreamConsumer",
  "DescribeStreamConsumer",
  "ListStreamConsumers",
  "RegisterStreamConsumer",
  "SubscribeToShard",
]);

/** A request, whatever carried it. */
export interface ApiRequest {
  readonly method: string;
  /** `X-Amz-Target`, such as `Kinesis_20131202.PutRecords`. */
  readonly target: string | undefined;
  readonly contentType: string | undefined;
  readonly body: Buffer;
  /** Whether reads count against the shard's read throughput. */
  readonly isThrottled: boolean;
}

/** An answer to a request. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Answers a request of the Kinesis API, in JSON or CBOR. @throws what {@link answerError} answers */
export function answerRequest(operations: KinesisOperations, request: ApiRequest): ApiAnswer {
  const wire = wireOf(request.contentType);
  return answer(wire ?? DEFAULT_WIRE, 200, run(operations, request, wire));
}

/** The answer to a request that failed, in the request's encoding if it has one. */
export function answerError(error: unknown, contentType: string | undefined): ApiAnswer {
  const { type, message, status, members } = kinesisErrorOf(error);
  const wire = wireOf(contentType) ?? DEFAULT_WIRE;
  const { headers, body } = answer(wire, status, { __type: type, message, ...members });
  return { status, headers: { ...headers, "x-amzn-errortype": type }, body };
}

function run(operations: KinesisOperations, request: ApiRequest, wire: Wire | undefined): object {
  const { method, target = "", contentType, body, isThrottled } = request;
  const [service, name = ""] = target.split(".");
  if (method !== "POST" || service !== SERVICE) {
    throw new AwsError(
      "UnknownOperationException",
      `${method} with the target "${target}" is not a call of Kinesis: this port serves POST with X-Amz-Target: ${SERVICE}.<operation>`,
      404,
    );
  }
  const operation = operations.find(name);
  if (operation === undefined) throw unsupported(name);
  if (wire === undefined) {
    throw serializationError(
      `Content-Type ${contentType ?? "is missing"}; supported: ${CONTENT_TYPES.join(", ")}`,
    );
  }
  return operation(new RequestMembers(wire.decode(body), wire), { isThrottled });
}

function unsupported(name: string): AwsError {
  const why = FAN_OUT.has(name)
    ? "it has no enhanced fan-out: read with GetRecords"
    : "only Terraform changes its streams and shards; supported: putting and reading records";
  return new AwsError("UnsupportedOperationException", `${name} is not supported by the local run: ${why}`);
}

function kinesisErrorOf(error: unknown): AwsError {
  if (error instanceof StoreFullError) return unavailable(error.message);
  if (error instanceof AwsError || error instanceof Refusal) return awsErrorOf(error);
  return internalFailure(messageOf(error));
}

function answer(wire: Wire, status: number, output: object): ApiAnswer {
  const body = wire.encode(output);
  return {
    status,
    headers: {
      "content-type": wire.contentType,
      "x-amzn-requestid": randomUUID(),
    },
    body,
  };
}
