import {
  KinesisClient,
  PutRecordsCommand,
  type PutRecordsCommandOutput,
  type PutRecordsResultEntry,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { errorOf } from "./errors";
import type { PackedRecord } from "./pack";
import { type Put, PutError, type PutFailure, type RecordOutcome } from "./put";

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;

/** Region and endpoint of the stream. Defaults come from the environment and the shared AWS configuration files. */
interface KinesisEndpoint {
  readonly region?: string;
  readonly endpointUrl?: string;
}

/**
 * A client for {@link kinesisPut}. It does not retry by itself. It uses HTTP/1.1, which every endpoint speaks, also one
 * without TLS.
 */
export function createKinesisClient({ region, endpointUrl }: KinesisEndpoint): KinesisClient {
  return new KinesisClient({
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    }),
    ...(region !== undefined && { region }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
  });
}

/** The part of the client that puts records. */
export interface RecordsClient {
  send(command: PutRecordsCommand): Promise<PutRecordsCommandOutput>;
  readonly config: { readonly maxAttempts: () => Promise<number> };
}

/**
 * Puts records into a stream. The returned function throws an Error when the client retries by itself: the retries
 * would multiply, and lines sent twice would not be counted.
 */
export function kinesisPut(client: RecordsClient, streamName: string): Put {
  return async (records) => {
    const attempts = await client.config.maxAttempts();
    if (attempts !== 1) {
      throw new Error(`the Kinesis client makes ${attempts} attempts; make it with createKinesisClient`);
    }
    const answer = await call(client, streamName, records);
    if (answer.Records?.length !== records.length) {
      throw new PutError(
        "unanswered",
        `PutRecords on ${streamName} answered for ${answer.Records?.length ?? 0} of ${records.length} records`,
      );
    }
    return answer.Records.map(outcome);
  };
}

async function call(
  client: RecordsClient,
  streamName: string,
  records: readonly PackedRecord[],
): Promise<PutRecordsCommandOutput> {
  try {
    return await client.send(
      new PutRecordsCommand({
        StreamName: streamName,
        Records: records.map(({ partitionKey, data }) => ({ PartitionKey: partitionKey, Data: data })),
      }),
    );
  } catch (error) {
    throw putError(error, streamName);
  }
}

const RECORD_THROTTLED = "ProvisionedThroughputExceededException";

function outcome({ ShardId, SequenceNumber, ErrorCode, ErrorMessage }: PutRecordsResultEntry): RecordOutcome {
  if (ShardId !== undefined && SequenceNumber !== undefined) {
    return { status: "acknowledged", position: { shardId: ShardId, sequenceNumber: SequenceNumber } };
  }
  const reason = [ErrorCode ?? "no error code", ErrorMessage].filter((text) => text !== undefined).join(": ");
  return { status: ErrorCode === RECORD_THROTTLED ? "throttled" : "failed", reason };
}

const THROTTLED = new Set([
  RECORD_THROTTLED,
  "KMSThrottlingException",
  "LimitExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
  "TooManyRequestsException",
]);

/** Remedies by an error's name, code or message. */
const REMEDIES: Readonly<Record<string, string>> = {
  ResourceNotFoundException: "there is no such stream: check --stream-name, --region-name and the account",
  AccessDeniedException: "these credentials may not call kinesis:PutRecords on it, or not use its key",
  UnrecognizedClientException: "AWS does not know these credentials",
  InvalidSignatureException: "the secret key does not fit, or this machine's clock is wrong",
  ExpiredTokenException: "the credentials have expired: get new ones",
  CredentialsProviderError: "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  "Region is missing": "give --region-name, or set AWS_REGION",
  ECONNREFUSED: "nothing listens there: check --endpoint-url",
  ENOTFOUND: "there is no such host: check --endpoint-url and --region-name",
};

/** The parts of an SDK error that classify it. */
interface Symptoms {
  readonly name: string;
  /** First line of the message; the others are advice to programmers. */
  readonly message: string;
  /** Whether a request was made. */
  readonly attempted: boolean;
  /** HTTP status of the answer, if there was one. */
  readonly status: number | undefined;
  /** The operating system's, such as `ECONNRESET`. */
  readonly code: string | undefined;
}

function symptoms(error: Error): Symptoms {
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  const attempted = typeof metadata === "object" && metadata !== null;
  const status = attempted && "httpStatusCode" in metadata ? metadata.httpStatusCode : undefined;
  const code = "code" in error ? error.code : undefined;
  const [message = ""] = error.message.split("\n");
  return {
    name: error.name,
    message,
    attempted,
    status: typeof status === "number" ? status : undefined,
    code: typeof code === "string" ? code : undefined,
  };
}

/** Codes of the operating system for connections that were not established. */
const UNREACHABLE = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

function failureOf({ name, attempted, status, code }: Symptoms): PutFailure {
  if (THROTTLED.has(name) || status === 429) return "throttled";
  if (code !== undefined && UNREACHABLE.has(code)) return "unreachable";
  if (status === undefined) return attempted ? "unanswered" : "refused";
  // A success status with an error: the answer was truncated, or did not come from the service.
  return status >= 500 || status < 400 ? "unanswered" : "refused";
}

function putError(cause: unknown, streamName: string): PutError {
  const found = symptoms(errorOf(cause));
  const { name, message, code } = found;
  const remedy = REMEDIES[name] ?? REMEDIES[code ?? ""] ?? REMEDIES[message];
  const parts = [`PutRecords on ${streamName}`, name === "Error" ? undefined : name, message, remedy];
  const text = parts.filter((part) => part !== undefined).join(": ");
  return new PutError(failureOf(found), text, { cause });
}
