import type { IncomingMessage } from "node:http";
import { LAMBDA_REQUEST_BYTES } from "../../../contract/limits";
import type { FunctionModel, Invoke } from "../../plan/data-plane";
import { LambdaError } from "./errors";
import { FunctionError } from "./functions/function-error";

/** The functions that can be invoked. */
export interface InvokePorts {
  readonly functions: readonly Pick<FunctionModel, "name" | "arn">[];
  readonly invoke: Invoke;
}

const INVOCATIONS = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/;

/** A response. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers a request. @throws LambdaError for requests that Lambda would refuse or the local run does not support */
export async function answer(request: IncomingMessage, { functions, invoke }: InvokePorts): Promise<Answer> {
  const text = await readBody(request);
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://local");
  const asked = INVOCATIONS.exec(pathname)?.[1];
  if (request.method !== "POST" || asked === undefined) {
    throw new LambdaError(
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
    throw new LambdaError(
      404,
      "ResourceNotFoundException",
      `Function not found: ${name}; there are ${names}`,
    );
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
    throw new LambdaError(400, "InvalidParameterValueException", `${what} is not supported by the local run`);
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
    if (bytes <= LAMBDA_REQUEST_BYTES) chunks.push(chunk);
  }
  if (bytes > LAMBDA_REQUEST_BYTES) {
    const message = `Request must be smaller than ${LAMBDA_REQUEST_BYTES} bytes for the InvokeFunction operation`;
    throw new LambdaError(413, "RequestTooLargeException", message);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch (error) {
    throw new LambdaError(
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
