import { AthenaClient } from "@aws-sdk/client-athena";
import { GlueClient } from "@aws-sdk/client-glue";
import { AccessDeniedException, DescribeStreamSummaryCommand, KinesisClient } from "@aws-sdk/client-kinesis";
import { S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { messageOf } from "../../lib/message-of";
import { OperatorError } from "../../lib/operator-error";
import type { Variables } from "../../lib/variables";
import { type StackSource, stackName } from "../../local/plan/stack-source";
import { namedLocation, readSystem, type System } from "../../local/plan/system";
import type { Location } from "../../modules/location";
import { callerAccount } from "./account";

/** A deployed system: its names, its contract, and where it is. */
export interface Target extends System {
  /** What the operator calls it: an environment, or a stack. */
  readonly name: string;
  readonly location: Location;
  readonly hints: {
    /** How to get a bastion. */
    readonly bastion: string;
    /** Why the account is not known, and what to do. */
    readonly account?: string;
  };
}

/** Clients of a target's region. */
export interface Clients {
  readonly kinesis: KinesisClient;
  readonly s3: S3Client;
  readonly athena: AthenaClient;
  readonly glue: GlueClient;
}

/**
 * Retries of a read of the stream: it shares each shard's limit of five GetRecords a second with the consumers.
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
 */
const WITH_RETRY = { maxAttempts: 10, retryMode: "adaptive" } as const;

/** Attempts of a call of Athena, about a minute when it is throttled: a query that runs is paid for. */
const ATHENA_ATTEMPTS = 10;

/** They use the AWS endpoint variables; with those that `npm start` prints, they use that run. */
export function clientsOf({ location: { region } }: Pick<Target, "location">): Clients {
  return {
    // The SDK's default handler uses HTTP/2, which an endpoint without TLS does not support.
    kinesis: new KinesisClient({ region, requestHandler: new NodeHttpHandler(), ...WITH_RETRY }),
    s3: new S3Client({ region }),
    athena: new AthenaClient({ region, maxAttempts: ATHENA_ATTEMPTS }),
    glue: new GlueClient({ region }),
  };
}

/**
 * Hours that the target's stream keeps records. The stream is asked: an operator raises its retention at once, and the
 * declared one later. A caller who may not ask gets the declared one, and `say` is told.
 * @throws what the client throws
 */
export async function retentionOf(
  { stream: { name, retentionHours: declared } }: Pick<Target, "stream">,
  { kinesis }: Pick<Clients, "kinesis">,
  say: (message: string) => void,
): Promise<number> {
  try {
    const answer = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: name }));
    const hours = answer.StreamDescriptionSummary?.RetentionPeriodHours;
    if (hours === undefined) throw new Error(`${name} has no retention period`);
    return hours;
  } catch (error) {
    if (declared === undefined || !(error instanceof AccessDeniedException)) throw error;
    say(
      `the retention of ${name} could not be read (${messageOf(error)}): it is taken to be the declared ${declared} hours`,
    );
    return declared;
  }
}

/**
 * The last hours of which the target's stream has every record: what expired before its retention was raised does not
 * come back.
 * @param retentionHours of the stream, see {@link retentionOf}
 */
export function completeHours({ stream }: Pick<Target, "stream">, retentionHours: number): number {
  return Math.min(retentionHours, stream.retentionHours ?? retentionHours);
}

/**
 * The system of a synthesized stack. The account of a stack that does not name one is that of the credentials.
 * @throws TerraformError, as {@link readSystem}; OperatorError when the region is not known
 */
export async function targetOfStack(source: StackSource, variables: Variables): Promise<Target> {
  const named = namedLocation(source);
  const region = named.region ?? variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"];
  if (region === undefined) {
    throw new OperatorError(`${stackName(source)} does not name its region: set AWS_REGION`);
  }
  const accountId = named.accountId ?? (await callerAccount(region));
  const location = { region, accountId };
  const hints = { bastion: "let the app set speed.bastion to true, and deploy it" };
  return { name: stackName(source), location, hints, ...readSystem(source, location) };
}
