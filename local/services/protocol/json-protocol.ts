import { randomUUID } from "node:crypto";
import { messageOf } from "../../../lib/message-of";
import { StoreFullError } from "../../store/store";
import { AwsError } from "./errors";
import { Input, type Refuse } from "./input";
import { parseJson } from "./parse-json";
import { Refusal, type RefusalKind, type ShellAnswer, type ShellOptions, type ShellRequest } from "./shell";

/** Handles one operation's input. Dates in the answer become epoch seconds. */
export type Operation<I> = (input: I) => Promise<object> | object;

/** Operations by `X-Amz-Target`, such as `AWSGlue.GetTable`. */
export type Operations = Readonly<Record<string, Operation<unknown>>>;

/** The operations of a service. @param refuse creates its error for an input of the wrong shape */
export function operationsOf(
  service: string,
  refuse: Refuse,
  operations: Readonly<Record<string, Operation<Input>>>,
): Operations {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]): [string, Operation<unknown>] => [
      `${service}.${name}`,
      (input) => operation(new Input(input, refuse)),
    ]),
  );
}

/** Athena accepts queries of 256 KiB and Glue batches of 100 partitions; AWS accepts no longer request. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const CONTENT_TYPE = "application/x-amz-json-1.1";

/** AWS's JSON 1.1 protocol for {@link openShell}; refuses an unsupported operation by name. */
export function jsonProtocol(
  operations: Operations,
): Pick<ShellOptions, "answer" | "errorAnswer" | "maxBodyBytes"> {
  return {
    maxBodyBytes: MAX_BODY_BYTES,
    answer: async (request) => output(200, await answer(operations, request)),
    errorAnswer: jsonErrorAnswer,
  };
}

/** An error in the protocol's form. */
export function jsonErrorAnswer(error: unknown): ShellAnswer {
  const { status, type, message, members } = awsErrorOf(error);
  return output(status, { __type: type, message, ...members }, { "x-amzn-errortype": type });
}

async function answer(operations: Operations, request: ShellRequest): Promise<object> {
  const { method, target: path, headers } = request;
  const target = headers["x-amz-target"];
  if (method !== "POST" || typeof target !== "string") {
    throw new AwsError(
      "UnknownOperationException",
      `${method} ${path} is not a call of this API, which is POST / with X-Amz-Target`,
      404,
    );
  }
  const operation = Object.hasOwn(operations, target) ? operations[target] : undefined;
  if (!operation) {
    throw new AwsError("UnknownOperationException", `${target} is not supported by the local run`);
  }
  const body = (await request.whole()).toString("utf8");
  let input: unknown;
  try {
    input = body === "" ? {} : parseJson(body);
  } catch (error) {
    throw new AwsError("SerializationException", `the body is not JSON: ${String(error)}`);
  }
  return operation(input);
}

/** AWS's error types of the shell's refusals. */
const REFUSALS: Readonly<Record<RefusalKind, string>> = {
  forbidden: "AccessDeniedException",
  malformed: "SerializationException",
  incomplete: "SerializationException",
  "body too large": "RequestEntityTooLargeException",
  "headers too large": "SerializationException",
  "method not allowed": "UnknownOperationException",
  "expectation failed": "SerializationException",
  timeout: "RequestTimeoutException",
  closing: "ServiceUnavailableException",
};

/** An error as the protocol names it; an unexpected one is the service's own fault, a full disk is not. */
export function awsErrorOf(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  if (error instanceof StoreFullError) return new AwsError("InternalServerException", error.message, 503);
  if (error instanceof Refusal) return new AwsError(REFUSALS[error.kind], error.message, error.status);
  return new AwsError("InternalServerException", messageOf(error), 500);
}

function output(status: number, value: object, headers: Readonly<Record<string, string>> = {}): ShellAnswer {
  return {
    status,
    headers: { "content-type": CONTENT_TYPE, "x-amzn-requestid": randomUUID(), ...headers },
    body: JSON.stringify(toWire(value)),
  };
}

/** The protocol represents a time as seconds since 1970, with a fraction. */
function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toWire);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toWire(member)]));
}
