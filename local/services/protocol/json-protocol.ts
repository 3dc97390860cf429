import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AwsError } from "./errors";
import { Input, type Refuse } from "./input";

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

/** A server of AWS's JSON 1.1 protocol; it refuses an unsupported operation by name. */
export function jsonProtocolServer(operations: Operations): Server {
  return createServer((request, response) => {
    answer(operations, request).then(
      (output) => send(response, 200, output),
      (error: unknown) => sendError(response, error),
    );
  });
}

async function answer(operations: Operations, request: IncomingMessage): Promise<object> {
  const body = await read(request);
  const target = request.headers["x-amz-target"];
  if (request.method !== "POST" || typeof target !== "string") {
    throw new AwsError(
      "UnknownOperationException",
      `${request.method} ${request.url} is not an Athena or Glue call: this port serves POST / with X-Amz-Target`,
      404,
    );
  }
  const operation = Object.hasOwn(operations, target) ? operations[target] : undefined;
  if (!operation) {
    throw new AwsError("UnknownOperationException", `${target} is not supported by the local run`);
  }
  let input: unknown;
  try {
    input = body === "" ? {} : JSON.parse(body);
  } catch (error) {
    throw new AwsError("SerializationException", `the body is not JSON: ${String(error)}`);
  }
  return operation(input);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new AwsError(
        "RequestEntityTooLargeException",
        `a body of more than ${MAX_BODY_BYTES} bytes`,
        413,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function sendError(response: ServerResponse, error: unknown): void {
  if (error instanceof AwsError) {
    send(
      response,
      error.status,
      { __type: error.type, message: error.message, ...error.members },
      error.type,
    );
    return;
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  send(response, 500, { __type: "InternalServerException", message }, "InternalServerException");
}

function send(response: ServerResponse, status: number, output: object, errorType?: string): void {
  const body = JSON.stringify(toWire(output));
  response.writeHead(status, {
    "content-type": CONTENT_TYPE,
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": randomUUID(),
    ...(errorType === undefined ? {} : { "x-amzn-errortype": errorType }),
  });
  response.end(body);
}

/** The protocol represents a time as seconds since 1970, with a fraction. */
function toWire(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toWire);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toWire(member)]));
}
