import { AthenaClient } from "@aws-sdk/client-athena";
import { BudgetsClient } from "@aws-sdk/client-budgets";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { FirehoseClient } from "@aws-sdk/client-firehose";
import { GlueClient } from "@aws-sdk/client-glue";
import { IAMClient } from "@aws-sdk/client-iam";
import { KinesisClient } from "@aws-sdk/client-kinesis";
import { KMSClient } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { OpenSearchClient } from "@aws-sdk/client-opensearch";
import { S3Client } from "@aws-sdk/client-s3";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { SNSClient } from "@aws-sdk/client-sns";
import { STSClient } from "@aws-sdk/client-sts";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { CALLS } from "./calls";

/** Region of the endpoints of global services, and of the quotas of S3 and IAM. */
export const GLOBAL_REGION = "us-east-1";

/** Milliseconds to connect, and to wait for an answer; a check that takes longer is unknown. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 20_000 } as const;

/** Names the call of an error, for the row that reports it. */
const CALL_OF = new WeakMap<object, string>();

/** The part of a client's middleware stack that is used here, whatever the client. */
interface Client {
  readonly middlewareStack: {
    add(
      middleware: (next: Next, context: Context) => Next,
      options: { step: "initialize"; name: string },
    ): void;
  };
  destroy(): void;
}
type Next = (args: never) => Promise<never>;
interface Context {
  readonly clientName?: string;
  readonly commandName?: string;
}

/** The clients of preflight. They make no call but those of {@link CALLS}. */
export class Aws {
  /** Calls that were made. */
  readonly made = new Set<string>();
  readonly sts: STSClient;
  readonly iam: IAMClient;
  readonly quotas: ServiceQuotasClient;
  /** Quotas of global services. */
  readonly globalQuotas: ServiceQuotasClient;
  readonly ec2: EC2Client;
  /** For what a region that is not enabled cannot answer. */
  readonly globalEc2: EC2Client;
  readonly s3: S3Client;
  readonly kinesis: KinesisClient;
  readonly firehose: FirehoseClient;
  readonly lambda: LambdaClient;
  readonly search: OpenSearchClient;
  readonly cloudWatch: CloudWatchClient;
  readonly logs: CloudWatchLogsClient;
  readonly events: EventBridgeClient;
  readonly kms: KMSClient;
  readonly glue: GlueClient;
  readonly athena: AthenaClient;
  readonly sns: SNSClient;
  readonly budgets: BudgetsClient;
  private readonly clients: Client[] = [];

  constructor(region: string) {
    // One handler: Kinesis' own would be HTTP/2, which an endpoint without TLS does not support.
    const here = { region, requestHandler: new NodeHttpHandler(TIMEOUTS) };
    const global = { ...here, region: GLOBAL_REGION };
    // A region that is not enabled refuses every caller, and would hide who it is.
    this.sts = this.limited(new STSClient(global));
    // A simulation for each type of resource exceeds IAM's rate in an account with others at work.
    this.iam = this.limited(new IAMClient({ ...here, maxAttempts: 8 }));
    this.quotas = this.limited(new ServiceQuotasClient(here));
    this.globalQuotas = this.limited(new ServiceQuotasClient(global));
    this.ec2 = this.limited(new EC2Client(here));
    this.globalEc2 = this.limited(new EC2Client(global));
    this.s3 = this.limited(new S3Client({ ...here, followRegionRedirects: true }));
    this.kinesis = this.limited(new KinesisClient(here));
    this.firehose = this.limited(new FirehoseClient(here));
    this.lambda = this.limited(new LambdaClient(here));
    this.search = this.limited(new OpenSearchClient(here));
    this.cloudWatch = this.limited(new CloudWatchClient(here));
    this.logs = this.limited(new CloudWatchLogsClient(here));
    this.events = this.limited(new EventBridgeClient(here));
    this.kms = this.limited(new KMSClient(here));
    this.glue = this.limited(new GlueClient(here));
    this.athena = this.limited(new AthenaClient(here));
    this.sns = this.limited(new SNSClient(here));
    this.budgets = this.limited(new BudgetsClient(here));
  }

  close(): void {
    for (const client of this.clients) client.destroy();
  }

  private limited<T extends object>(client: T): T {
    const narrow = client as unknown as Client;
    narrow.middlewareStack.add(
      (next, { clientName = "", commandName = "" }) =>
        async (args) => {
          const name = `${clientName.replace(/Client$/, "")}:${commandName.replace(/Command$/, "")}`;
          if (!Object.hasOwn(CALLS, name)) throw new TypeError(`${name} is not among the calls of preflight`);
          this.made.add(name);
          try {
            return await next(args);
          } catch (error) {
            if (typeof error === "object" && error !== null) CALL_OF.set(error, name);
            throw error;
          }
        },
      { step: "initialize", name: "preflight-calls" },
    );
    this.clients.push(narrow);
    return client;
  }
}

/** Pages of one list that are read, of 50 to 1,000 entries each; an account with more is not counted. */
const MAX_PAGES = 100;

/** A list is longer than is read here. */
class ListTooLong extends Error {
  override readonly name = "ListTooLong";
}

/**
 * All pages of a list.
 * @param read a page, from the token of the one before: its entries, and the next token
 * @throws ListTooLong after 100 pages
 */
export async function allPages<T>(
  read: (
    token: string | undefined,
  ) => Promise<readonly [entries: readonly T[] | undefined, next: string | undefined]>,
): Promise<readonly T[]> {
  const all: T[] = [];
  let token: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const [entries = [], next] = await read(token);
    for (const entry of entries) all.push(entry);
    if (next === undefined || next === "") return all;
    token = next;
  }
  throw new ListTooLong(`more than ${all.length} entries`);
}

/** Why a call of AWS failed. */
export type CallFailure =
  /** The caller lacks the permission; `reason` is AWS's own text. */
  | { readonly kind: "denied"; readonly action: string; readonly reason: string }
  /** The account may not use the service at all: it is new, or was closed. */
  | { readonly kind: "inactive"; readonly reason: string }
  | { readonly kind: "failed"; readonly call: string; readonly reason: string };

const DENIED: readonly string[] = [
  "AccessDenied",
  "AccessDeniedException",
  "AuthorizationError",
  "AuthorizationErrorException",
  "Forbidden",
  "UnauthorizedOperation",
];
/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html, and the common errors of other services. */
const INACTIVE: readonly string[] = [
  "OptInRequired",
  "NotSignedUp",
  "SubscriptionRequiredException",
  "PendingVerification",
];
/** Sorts the error of a call. @throws the error itself if it is no call's: a fault of this program */
export function failureOf(error: unknown): CallFailure {
  if (error instanceof ListTooLong) return { kind: "failed", call: "the list", reason: error.message };
  if (!(error instanceof Error)) throw error;
  const name = CALL_OF.get(error);
  if (name === undefined) throw error;
  // The SDK adds advice for programmers to its message about an answer that is not AWS's, such as a proxy's page.
  const message = error.message.replace(/\s*Deserialization error: .*/s, "");
  const reason = `${error.name}: ${message}`.replace(/\s+/g, " ");
  if (INACTIVE.includes(error.name)) return { kind: "inactive", reason };
  const status = statusOf(error);
  // A HEAD has no body, so its error has no code.
  const isHead = name.startsWith("S3:Head") && status === 403;
  if (DENIED.includes(error.name) || isHead) {
    return { kind: "denied", action: CALLS[name]?.permission ?? name, reason };
  }
  return { kind: "failed", call: name, reason };
}

/** The status of an answer of AWS. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}

/** Whether AWS says that something does not exist. */
export function isAbsent(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(NoSuch\w+|NotFound\w*|ResourceNotFound\w*|EntityNotFound\w*)$/.test(error.name)
  );
}

/** Whether a call finds something. @throws what the call throws, except that it does not exist */
export async function exists(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}
