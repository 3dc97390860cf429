import { createServer, type IncomingMessage } from "node:http";
import { closeServer, listenOnLoopback } from "../../lib/loopback";

/** A request of the SDK, as far as an answer depends on it. */
export interface AwsRequest {
  /** Service of its signature, such as `iam`. */
  readonly service: string;
  /** Region of its signature. */
  readonly region: string;
  /** Operation, or method and path for services that have those. */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** How the service writes its answers. */
  readonly protocol: "query" | "ec2" | "json" | "rest-json" | "s3";
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A recorded answer, or undefined: the emulated account answers. */
export type Recorded = (request: AwsRequest) => Answer | undefined;

/** An account whose recorded answers stand before an emulated one. */
export interface RecordedAccount {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves an account on loopback: recorded answers, in the shapes of AWS's API references, for what the emulated account
 * does not have, and the emulated account for the rest. @param emulated its URL; without one, everything else is 501
 */
export async function startRecordedAccount(recorded: Recorded, emulated?: string): Promise<RecordedAccount> {
  const server = createServer((incoming, response) => {
    answerTo(incoming, recorded, emulated).then(
      ({ status = 200, headers = {}, body }) => response.writeHead(status, headers).end(body),
      (error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  });
  const url = await listenOnLoopback(server, 0, "the recorded account");
  return { url, close: () => closeServer(server) };
}

async function answerTo(incoming: IncomingMessage, recorded: Recorded, emulated?: string): Promise<Answer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part);
  const body = Buffer.concat(parts);
  const answer = recorded(read(incoming, body.toString()));
  if (answer) return answer;
  if (emulated === undefined) return { status: 501, body: "" };
  const { host: _, connection: __, "content-length": ___, ...headers } = incoming.headers;
  const passed = await fetch(`${emulated}${incoming.url}`, {
    method: incoming.method ?? "GET",
    headers: headers as Record<string, string>,
    ...(body.length > 0 && { body }),
  });
  return {
    status: passed.status,
    headers: Object.fromEntries(
      [...passed.headers].filter(
        ([name]) => !/^(content-(length|encoding)|transfer-encoding|connection)$/.test(name),
      ),
    ),
    body: await passed.text(),
  };
}

function read({ headers, method = "", url: path = "" }: IncomingMessage, body: string): AwsRequest {
  const [, region = "", service = ""] =
    /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(headers.authorization ?? "") ?? [];
  const target = headers["x-amz-target"];
  const action = /(?:^|&)Action=(\w+)/.exec(body)?.[1];
  const protocol =
    service === "s3"
      ? "s3"
      : service === "ec2"
        ? "ec2"
        : target !== undefined
          ? "json"
          : action !== undefined
            ? "query"
            : "rest-json";
  const operation =
    action ??
    (typeof target === "string" ? target.replace(/^.*\./, "") : `${method} ${path.replace(/\?.*$/, "")}`);
  return { service, region, operation, method, path, body, protocol };
}

/** An answer of a service that speaks JSON. */
export function json(value: object): Answer {
  return { headers: { "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify(value) };
}

/** An answer of a service that speaks XML to queries. */
export function xml(operation: string, result: string): Answer {
  const body = `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`;
  return { headers: { "content-type": "text/xml" }, body };
}

/** The answer of each protocol to somebody who has not the right. */
export function denied({ protocol, method, operation }: AwsRequest): Answer {
  const message = `User: ${CALLER} is not authorized to perform: ${operation}`;
  switch (protocol) {
    case "s3":
      return {
        status: 403,
        body:
          method === "HEAD" ? "" : `<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`,
      };
    case "ec2":
      return {
        status: 403,
        body: `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>${message}</Message></Error></Errors></Response>`,
      };
    case "query":
      return {
        status: 403,
        body: `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`,
      };
    default:
      return {
        status: protocol === "json" ? 400 : 403,
        headers: { "content-type": "application/json", "x-amzn-errortype": "AccessDeniedException" },
        body: JSON.stringify({ __type: "AccessDeniedException", message }),
      };
  }
}

const ACCOUNT_ID = "123456789012";
/** A session of IAM Identity Center, whose role has a path that the session's ARN does not have. */
export const CALLER = `arn:aws:sts::${ACCOUNT_ID}:assumed-role/AWSReservedSSO_Deploy_0123456789abcdef/operator`;
/** Its role, with the path. */
export const CALLER_ROLE = `arn:aws:iam::${ACCOUNT_ID}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Deploy_0123456789abcdef`;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export const callerIdentity: Recorded = ({ service, operation }) =>
  service === "sts" && operation === "GetCallerIdentity"
    ? xml(
        operation,
        `<Arn>${CALLER}</Arn><UserId>AROAEXAMPLE:operator</UserId><Account>${ACCOUNT_ID}</Account>`,
      )
    : undefined;

/** The caller's own role; https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html */
export const callerRole: Recorded = ({ service, operation, body }) =>
  service === "iam" && operation === "GetRole" && body.includes("RoleName=AWSReservedSSO_Deploy_")
    ? xml(
        operation,
        `<Role><Path>/aws-reserved/sso.amazonaws.com/eu-west-1/</Path><Arn>${CALLER_ROLE}</Arn><RoleName>${CALLER_ROLE.replace(/^.*\//, "")}</RoleName><RoleId>AROAEXAMPLE</RoleId><CreateDate>2026-11-01T00:00:00Z</CreateDate></Role>`,
      )
    : undefined;

/** Default quotas, by service and code; those of `https://docs.aws.amazon.com/general/latest/gr/`. */
export const DEFAULT_QUOTAS: Readonly<Record<string, readonly [name: string, value: number]>> = {
  "ec2/L-0263D0A3": ["EC2-VPC Elastic IPs", 5],
  "es/L-076D529E": ["Domains per Region", 100],
  "es/L-6408ABDE": ["Instances per domain", 80],
  "events/L-244521F2": ["Number of rules", 300],
  "firehose/L-14BB0BE7": ["Delivery streams", 5000],
  "glue/L-F953935E": ["Max databases per account", 10_000],
  "kms/L-C2F1777E": ["Customer Master Keys (CMKs)", 100_000],
  "monitoring/L-2FF78D7B": ["Alarms per Region", 5000],
  "s3/L-DC2B2D3D": ["General purpose buckets", 10_000],
  "sns/L-61103206": ["Topics per Account", 100_000],
  "vpc/L-1B52E74A": ["Gateway VPC endpoints per Region", 20],
  "vpc/L-29B6F2EB": ["Interface VPC endpoints per VPC", 50],
  "vpc/L-A4707A72": ["Internet gateways per Region", 5],
  "vpc/L-E79EC296": ["VPC security groups per Region", 2500],
  "vpc/L-F678F1CE": ["VPCs per Region", 5],
  "vpc/L-FE5A380F": ["NAT gateways per Availability Zone", 5],
};

/**
 * Service Quotas: half of the services know a quota of the account, the others only the default.
 * https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
 */
export function serviceQuotas(
  value: (quota: string, standard: number) => number = (_, standard) => standard,
): Recorded {
  return ({ service, operation, body }) => {
    if (service !== "servicequotas") return undefined;
    const { ServiceCode, QuotaCode } = JSON.parse(body) as Record<string, string>;
    const known = DEFAULT_QUOTAS[`${ServiceCode}/${QuotaCode}`];
    if (
      known === undefined ||
      (operation === "GetServiceQuota" && ServiceCode !== "vpc" && ServiceCode !== "ec2")
    ) {
      const answer = json({
        __type: "NoSuchResourceException",
        Message: "The request failed because the specified quota does not exist.",
      });
      return { ...answer, status: 400 };
    }
    const [QuotaName, standard] = known;
    const Value = value(`${ServiceCode}/${QuotaCode}`, standard);
    return json({
      Quota: { ServiceCode, QuotaCode, QuotaName, Value, Unit: "None", Adjustable: true, GlobalQuota: false },
    });
  };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
export function accountSettings(concurrency: number): Recorded {
  return ({ service, operation }) =>
    service === "lambda" && operation === "GET /2016-08-19/account-settings"
      ? json({
          AccountLimit: {
            CodeSizeUnzipped: 262_144_000,
            CodeSizeZipped: 52_428_800,
            ConcurrentExecutions: concurrency,
            TotalCodeSize: 80_530_636_800,
            UnreservedConcurrentExecutions: concurrency,
          },
          AccountUsage: { FunctionCount: 0, TotalCodeSize: 0 },
        })
      : undefined;
}

/**
 * Simulations, one result for each action with the ARNs' own inside.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
 */
export function simulation(
  decide: (action: string, arn: string) => "allowed" | "explicitDeny" | "implicitDeny",
  seen: (principal: string) => void = () => {},
): Recorded {
  return ({ service, operation, body }) => {
    if (service !== "iam" || operation !== "SimulatePrincipalPolicy") return undefined;
    const form = new URLSearchParams(body);
    const listed = (name: string): string[] =>
      [...form].filter(([key]) => key.startsWith(`${name}.member.`)).map(([, value]) => value);
    seen(form.get("PolicySourceArn") ?? "");
    const arns = listed("ResourceArns");
    const results = listed("ActionNames").map((action) => {
      const each = arns.map((arn) => [arn, decide(action, arn)] as const);
      const worst =
        each.find(([, decision]) => decision !== "allowed")?.[1] ??
        (arns.length === 0 ? decide(action, "*") : "allowed");
      const specific = each
        .map(
          ([arn, decision]) =>
            `<member><EvalResourceName>${arn}</EvalResourceName><EvalResourceDecision>${decision}</EvalResourceDecision></member>`,
        )
        .join("");
      return `<member><EvalActionName>${action}</EvalActionName><EvalResourceName>*</EvalResourceName><EvalDecision>${worst}</EvalDecision><ResourceSpecificResults>${specific}</ResourceSpecificResults></member>`;
    });
    return xml(
      operation,
      `<IsTruncated>false</IsTruncated><EvaluationResults>${results.join("")}</EvaluationResults>`,
    );
  };
}

/** The first of several recordings that has an answer. */
export function firstOf(...recordings: readonly Recorded[]): Recorded {
  return (request) => {
    for (const recording of recordings) {
      const answer = recording(request);
      if (answer) return answer;
    }
    return undefined;
  };
}
