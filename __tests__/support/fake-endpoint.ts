import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that an AWS SDK sent. */
export interface EndpointRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Serves `answer` on loopback in place of an AWS service. Close it when done. */
export async function startEndpoint(
  answer: (request: EndpointRequest) => { status?: number; body?: string },
) {
  const requests: EndpointRequest[] = [];
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      const { method = "", url: path = "", headers } = incoming;
      const request = { method, path, headers, body: Buffer.concat(parts).toString() };
      requests.push(request);
      const { status = 200, body = "" } = answer(request);
      response.writeHead(status, { ETag: '"etag"' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** Sets variables of the process for one test. @returns a function that restores them */
export function setEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const earlier = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of earlier) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

/** Variables that make an SDK call `url` instead of AWS. */
export function sdkEnvironment(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
}

/** The part of a Lambda context that the functions read. */
export function lambdaContext(functionName: string, remainingMs = 60_000) {
  const unused = () => {
    throw new Error("Callback style is not used");
  };
  return {
    functionName,
    getRemainingTimeInMillis: () => remainingMs,
    callbackWaitsForEmptyEventLoop: false,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}`,
    memoryLimitInMB: "512",
    awsRequestId: "request",
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "stream",
    done: unused,
    fail: unused,
    succeed: unused,
  };
}
