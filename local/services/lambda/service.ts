import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { closeServer, listenOnLoopback } from "../../../lib/loopback";
import { messageOf } from "../../../lib/message-of";
import type { FunctionModel, Invoke, Service } from "../../plan/data-plane";
import { FunctionError } from "./functions/function-error";

/** Options of the Lambda endpoint. */
interface LambdaOptions {
  readonly functions: readonly Pick<FunctionModel, "name" | "arn">[];
  readonly invoke: Invoke;
  /** @default a free one */
  readonly port?: number;
}

/** Lambda's limit of a synchronous invocation's event, in bytes. */
const EVENT_LIMIT_BYTES = 6_291_456;
const INVOCATIONS = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/;

/** An error response of Lambda's API. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

/** A response. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Serves Lambda's synchronous `Invoke`, by function name or ARN, on one port of the loopback interface. It refuses
 * other operations and options by name.
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
 * @throws Error naming the port when it is taken
 */
export async function startLambda(options: LambdaOptions): Promise<Service & { readonly url: string }> {
  const server = createServer((request, response) => {
    answer(request, options).then(
      (found) => send(response, found),
      (error: unknown) => send(response, refusalAnswer(error)),
    );
  });
  const url = await listenOnLoopback(server, options.port ?? 0, "Lambda API");
  return { url, close: () => closeServer(server) };
}

async function answer(request: IncomingMessage, { functions, invoke }: LambdaOptions): Promise<Answer> {
  const text = await readBody(request);
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://local");
  const asked = INVOCATIONS.exec(pathname)?.[1];
  if (request.method !== "POST" || asked === undefined) {
    throw new Refusal(
      404,
      "UnknownOperationException",
      `${request.method} ${pathname} is not supported by the local run: this port serves Lambda's Invoke`,
    );
  }
  refuseOptions(request, searchParams);
  const name = decodeURIComponent(asked);
  const found = functions.find((one) => one.name === name || one.arn === name);
  if (found === undefined) {
    const names = functions.map((one) => one.name).join(", ");
    throw new Refusal(404, "ResourceNotFoundException", `Function not found: ${name}; there are ${names}`);
  }
  const event = parse(text);
  try {
    return executed(await invoke(found.arn, event));
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    const { errorType, errorMessage, trace } = error;
    return executed({ errorType, errorMessage, trace }, { "x-amz-function-error": "Unhandled" });
  }
}

function refuseOptions({ headers }: IncomingMessage, query: URLSearchParams): void {
  const type = headers["x-amz-invocation-type"] ?? "RequestResponse";
  const refuse = (what: string): never => {
    throw new Refusal(400, "InvalidParameterValueException", `${what} is not supported by the local run`);
  };
  if (type !== "RequestResponse") refuse(`invocation type ${type}`);
  if ((headers["x-amz-log-type"] ?? "None") !== "None") refuse(`log type ${headers["x-amz-log-type"]}`);
  if (headers["x-amz-client-context"] !== undefined) refuse("a client context");
  const qualifier = query.get("Qualifier") ?? "$LATEST";
  if (qualifier !== "$LATEST") refuse(`qualifier ${qualifier}`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= EVENT_LIMIT_BYTES) chunks.push(chunk);
  }
  if (bytes > EVENT_LIMIT_BYTES) {
    const message = `Request must be smaller than ${EVENT_LIMIT_BYTES} bytes for the InvokeFunction operation`;
    throw new Refusal(413, "RequestTooLargeException", message);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw new Refusal(
      400,
      "InvalidRequestContentException",
      `Could not parse request body: ${String(error)}`,
    );
  }
}

function executed(result: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status: 200,
    headers: { "x-amz-executed-version": "$LATEST", ...headers },
    body: JSON.stringify(result) ?? "null",
  };
}

function refusalAnswer(error: unknown): Answer {
  const { status, type } = error instanceof Refusal ? error : { status: 500, type: "ServiceException" };
  const message = messageOf(error);
  return {
    status,
    headers: { "x-amzn-errortype": type },
    body: JSON.stringify({ Type: status < 500 ? "User" : "Service", message }),
  };
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "x-amzn-requestid": randomUUID(),
    ...headers,
  });
  response.end(body);
}
