import {
  InvokeCommand,
  type InvokeCommandOutput,
  type LambdaClient,
  LambdaServiceException,
  TooManyRequestsException,
} from "@aws-sdk/client-lambda";
import { InvocationError, type InvokeFunction } from "./redrive";

/**
 * Invokes a function by name and waits for its answer.
 * @throws InvocationError when the function failed, or Lambda was busy for longer than the client asks again
 * @throws what the client throws otherwise: no such function, access denied, an event that is too large.
 */
export function invokeLambda(client: LambdaClient, functionName: string): InvokeFunction {
  return async (event) => {
    const { FunctionError, Payload } = await invoked(client, functionName, JSON.stringify(event));
    const text = Payload?.transformToString() ?? "";
    if (FunctionError !== undefined)
      throw new InvocationError(`${functionName} failed: ${text.slice(0, 500)}`);
    const answer: unknown = text === "" ? undefined : JSON.parse(text);
    return answer;
  };
}

async function invoked(client: LambdaClient, name: string, event: string): Promise<InvokeCommandOutput> {
  try {
    return await client.send(new InvokeCommand({ FunctionName: name, Payload: Buffer.from(event) }));
  } catch (error) {
    if (!isBusy(error)) throw error;
    throw new InvocationError(`${name} was not invoked: ${error.name}: ${error.message}`, { cause: error });
  }
}

/** Whether Lambda did not take an invocation that it may take later. */
function isBusy(error: unknown): error is LambdaServiceException {
  if (error instanceof TooManyRequestsException) return true;
  return error instanceof LambdaServiceException && error.$fault === "server";
}
