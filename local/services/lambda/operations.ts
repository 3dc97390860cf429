import type { FunctionModel, Invoke } from "../../plan/data-plane";
import { parseJson } from "../protocol/parse-json";
import type { ShellAnswer, ShellRequest } from "../protocol/shell";
import { decodePath, splitTarget } from "../protocol/target";
import { LambdaError } from "./errors";
import { FunctionError } from "./functions/function-error";

/** The functions that can be invoked. */
export interface InvokePorts {
  readonly functions: readonly Pick<FunctionModel, "name" | "arn">[];
  readonly invoke: Invoke;
}

const INVOCATIONS = /^\/2015-03-31\/functions\/([^/?]+)\/invocations$/;

/** Answers a request. @throws LambdaError for requests that Lambda would refuse or the local run does not support */
export async function answer(
  request: ShellRequest,
  { functions, invoke }: InvokePorts,
): Promise<ShellAnswer> {
  const { path, query } = splitTarget(request.target);
  const asked = INVOCATIONS.exec(path)?.[1];
  if (request.method !== "POST" || asked === undefined) {
    throw new LambdaError(
      404,
      "UnknownOperationException",
      `${request.method} ${path} is not supported by the local run: this port serves Lambda's Invoke`,
    );
  }
  refuseOptions(request, query);
  const name = decodePath(asked);
  const found = functions.find((one) => one.name === name || one.arn === name);
  if (found === undefined) {
    const names = functions.map((one) => one.name).join(", ");
    throw new LambdaError(
      404,
      "ResourceNotFoundException",
      `Function not found: ${name}; there are ${names}`,
    );
  }
  const event = parse((await request.whole()).toString("utf8"));
  try {
    return executed(await invoke(found.arn, event));
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    const { errorType, errorMessage, trace } = error;
    return executed({ errorType, errorMessage, trace }, { "x-amz-function-error": "Unhandled" });
  }
}

function refuseOptions({ headers }: ShellRequest, query: URLSearchParams): void {
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

function parse(text: string): unknown {
  try {
    return text === "" ? {} : parseJson(text);
  } catch (error) {
    throw new LambdaError(
      400,
      "InvalidRequestContentException",
      `Could not parse request body: ${String(error)}`,
    );
  }
}

function executed(result: unknown, headers: Readonly<Record<string, string>> = {}): ShellAnswer {
  return {
    status: 200,
    headers: { "x-amz-executed-version": "$LATEST", ...headers },
    body: JSON.stringify(result) ?? "null",
  };
}
