import { awsErrorOf, jsonErrorAnswer } from "../protocol/json-protocol";
import { openShell, type Shell } from "../protocol/shell";
import { answer, errorDocument, jsonOperation, MAX_BODY_BYTES } from "./operations";

/** Options of the STS endpoint. */
interface StsOptions {
  readonly accountId: string;
  /** @default a free one */
  readonly port?: number;
}

/**
 * Serves STS's GetCallerIdentity, which clients call to learn their account, so that none of them asks AWS for it with
 * credentials of this machine. It refuses other operations by name, also those of the services that are not served here:
 * it is their endpoint, so that no client takes them to AWS.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 * @throws Error naming the port when it is taken
 */
export function startSts({ accountId, port = 0 }: StsOptions): Promise<Shell> {
  const xml = { "content-type": "text/xml" };
  return openShell({
    name: "STS API",
    port,
    maxBodyBytes: MAX_BODY_BYTES,
    answer: async (request) => ({ status: 200, headers: xml, body: await answer(request, accountId) }),
    errorAnswer: (error, request) => {
      if (request !== undefined && jsonOperation(request.headers) !== undefined)
        return jsonErrorAnswer(error);
      const known = awsErrorOf(error);
      return { status: known.status, headers: xml, body: errorDocument(known) };
    },
  });
}
