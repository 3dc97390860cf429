import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import { Random } from "../../loadgen/random";
import type { Service } from "../../local/plan/data-plane";
import { forward } from "../support/engine-gate";

interface PutAnswer {
  Records: { SequenceNumber?: string; ShardId?: string; ErrorCode?: string; ErrorMessage?: string }[];
  FailedRecordCount: number;
}

/** Faults of one call, each with the share of calls that get it. */
const FAULTS = {
  /** Some records of the call are throttled, and some fail. */
  "partial put": 0.1,
  "throttled call": 0.03,
  /** Nothing was stored. */
  "503 for a put": 0.02,
  /** Everything was stored, and the producer does not learn of it: its retry puts the lines a second time. */
  "answer of a put lost": 0.02,
} as const;
export type StreamFault = keyof typeof FAULTS;

/** A stream's endpoint, with faults for whoever puts records through it. */
export interface FaultyStream extends Service {
  readonly url: string;
  /** Faults so far. */
  readonly counts: Readonly<Record<StreamFault, number>>;
}

/** @param target URL of the stream's service */
export async function startFaultyStream(target: string): Promise<FaultyStream> {
  const random = new Random(7);
  const counts: Record<StreamFault, number> = {
    "partial put": 0,
    "throttled call": 0,
    "503 for a put": 0,
    "answer of a put lost": 0,
  };
  const draw = (): StreamFault | undefined => {
    let at = random.next();
    for (const [fault, share] of Object.entries(FAULTS)) {
      if (at < share) return fault as StreamFault;
      at -= share;
    }
    return undefined;
  };

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const fault = draw();
    if (fault !== undefined) counts[fault]++;
    if (fault === "throttled call") {
      return answerWith(response, 400, {
        __type: "ProvisionedThroughputExceededException",
        message: "Rate exceeded for the stream",
      });
    }
    if (fault === "503 for a put") {
      return answerWith(response, 503, { __type: "ServiceUnavailable", message: "unavailable" });
    }
    if (fault === "partial put") return answerWith(response, 200, await putPart(incoming, body));
    const { status, text } = await pass(incoming, body);
    if (fault === "answer of a put lost") response.destroy();
    else answerWith(response, status, text);
  };

  /** Puts two records of three. */
  const putPart = async (incoming: IncomingMessage, body: Buffer): Promise<PutAnswer> => {
    const { Records, ...others } = JSON.parse(body.toString()) as { Records: unknown[] };
    const isTaken = Records.map((_, at) => Records.length === 1 || at % 3 !== 2);
    const taken = Records.filter((_, at) => isTaken[at]);
    const { status, text } = await pass(incoming, Buffer.from(JSON.stringify({ ...others, Records: taken })));
    if (status !== 200) throw new Error(`the stream answered a part of a put with ${status}: ${text}`);
    const part = JSON.parse(text) as PutAnswer;
    let next = 0;
    const all = isTaken.map((wasTaken, at) => {
      if (wasTaken) return part.Records[next++] ?? {};
      return at % 2 === 0
        ? { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "Rate exceeded for shard" }
        : { ErrorCode: "InternalFailure", ErrorMessage: "Internal service failure." };
    });
    return { FailedRecordCount: all.filter(({ ErrorCode }) => ErrorCode).length, Records: all };
  };

  /** The body may be another than that of the request. */
  const pass = async (
    { method, url, headers }: IncomingMessage,
    body: Buffer,
  ): Promise<{ readonly status: number; readonly text: string }> => {
    const own = { ...headers, "content-length": String(body.length) };
    const answer = await forward(target, { method, url, headers: own }, body);
    return { status: answer.status, text: answer.body.toString() };
  };

  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  const url = await listenOnLoopback(server, 0, "faulty stream");
  return { url, counts, close: () => closeServer(server) };
}

function answerWith(response: ServerResponse, status: number, document: unknown): void {
  const text = typeof document === "string" ? document : JSON.stringify(document);
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(text);
}
