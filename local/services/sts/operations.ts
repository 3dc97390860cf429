import { randomUUID } from "node:crypto";
import { AwsError } from "../protocol/errors";
import type { ShellRequest } from "../protocol/shell";
import { splitTarget } from "../protocol/target";
import { element } from "../protocol/xml-element";

/** Version of STS's API. */
const API_VERSION = "2011-06-15";
const NAMESPACE = `https://sts.amazonaws.com/doc/${API_VERSION}/`;

/** Limit of a request body: the Query protocol sends an action and a few parameters. */
export const MAX_BODY_BYTES = 64 * 1024;

/**
 * Answers a request of the Query protocol. The caller is always the account's root user: whoever reaches the port is the
 * operator of this machine.
 * @throws AwsError for an operation other than GetCallerIdentity, by its name
 */
export async function answer(request: ShellRequest, accountId: string): Promise<string> {
  const { method, target, headers } = request;
  const called = jsonOperation(headers);
  if (called !== undefined) throw notServed(called);
  const { query } = splitTarget(target);
  const body = method === "POST" ? (await request.whole()).toString("utf8") : "";
  const parameters = new URLSearchParams(body);
  const action = parameters.get("Action") ?? query.get("Action");
  if (action === null) throw notServed(`${method} ${splitTarget(target).path}`);
  if (action !== "GetCallerIdentity") throw notServed(action);
  const version = parameters.get("Version") ?? query.get("Version") ?? API_VERSION;
  if (version !== API_VERSION) {
    throw new AwsError("InvalidAction", `Could not find operation ${action} for version ${version}`);
  }
  const result = `<Arn>arn:aws:iam::${accountId}:root</Arn><UserId>${accountId}</UserId><Account>${accountId}</Account>`;
  return (
    `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult>${result}</GetCallerIdentityResult>` +
    `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`
  );
}

/** The operation of a request of the JSON protocols, in which other services than STS are called. */
export function jsonOperation(headers: ShellRequest["headers"]): string | undefined {
  const target = headers["x-amz-target"];
  return typeof target === "string" ? target.slice(target.lastIndexOf(".") + 1) : undefined;
}

function notServed(operation: string): AwsError {
  return new AwsError("UnknownOperationException", `${operation} is not supported by the local run`);
}

/** An error in the Query protocol's form, whose codes have no suffix. */
export function errorDocument({ type, message, status }: AwsError): string {
  const error = [
    element("Type", status < 500 ? "Sender" : "Receiver"),
    element("Code", type.replace(/Exception$/, "")),
    element("Message", message),
  ];
  return (
    `<ErrorResponse xmlns="${NAMESPACE}"><Error>${error.join("")}</Error>` +
    `<RequestId>${randomUUID()}</RequestId></ErrorResponse>`
  );
}
