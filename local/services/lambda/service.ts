import { randomUUID } from "node:crypto";
import { LAMBDA_REQUEST_BYTES } from "../../../contract/limits";
import { openShell, type Shell, type ShellAnswer } from "../protocol/shell";
import { lambdaErrorOf } from "./errors";
import { answer, type InvokePorts } from "./operations";

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
export function startLambda({ port = 0, ...ports }: LambdaOptions): Promise<Shell> {
  return openShell({
    name: "Lambda API",
    port,
    maxBodyBytes: LAMBDA_REQUEST_BYTES,
    answer: async (request) => withHeaders(await answer(request, ports)),
    errorAnswer: (error) => {
      const { status, type, message } = lambdaErrorOf(error);
      return withHeaders({
        status,
        headers: { "x-amzn-errortype": type },
        body: JSON.stringify({ Type: status < 500 ? "User" : "Service", message }),
      });
    },
  });
}

function withHeaders({ headers, ...answer }: ShellAnswer): ShellAnswer {
  const common = { "content-type": "application/json", "x-amzn-requestid": randomUUID() };
  return { ...answer, headers: { ...common, ...headers } };
}
