import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { InvocationError, type InvokeFunction } from "./redrive";

/**
 * Invokes a function by name and waits for its answer.
 * @throws what the client throws: no such function, access denied, an event that is too large.
 */
export function invokeLambda(client: LambdaClient, functionName: string): InvokeFunction {
  return async (event) => {
    const { FunctionError, Payload } = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(JSON.stringify(event)) }),
    );
    const text = Payload?.transformToString() ?? "";
    if (FunctionError !== undefined)
      throw new InvocationError(`${functionName} failed: ${text.slice(0, 500)}`);
    const answer: unknown = text === "" ? undefined : JSON.parse(text);
    return answer;
  };
}
