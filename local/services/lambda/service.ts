import { randomUUID } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import { closeServer, listenOnLoopback } from "../../../lib/loopback";
import { messageOf } from "../../../lib/message-of";
import type { Service } from "../../plan/data-plane";
import { LambdaError } from "./errors";
import { type Answer, answer, type InvokePorts } from "./operations";

export {
  type EventSourceMapping,
  startEventSourceMapping,
} from "./event-source-mapping/event-source-mapping";
export type { FunctionStats } from "./functions/function-host";
export { type Functions, startFunctions } from "./functions/start-functions";

/** Options of the Lambda endpoint. */
interface LambdaOptions extends InvokePorts {
  /** @default a free one */
  readonly port?: number;
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
      (error: unknown) => send(response, errorAnswer(error)),
    );
  });
  const url = await listenOnLoopback(server, options.port ?? 0, "Lambda API");
  return { url, close: () => closeServer(server) };
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

function errorAnswer(error: unknown): Answer {
  const { status, type } = error instanceof LambdaError ? error : { status: 500, type: "ServiceException" };
  const message = messageOf(error);
  return {
    status,
    headers: { "x-amzn-errortype": type },
    body: JSON.stringify({ Type: status < 500 ? "User" : "Service", message }),
  };
}
