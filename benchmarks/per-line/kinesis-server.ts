import { createServer, type Server } from "node:http";
import { listenOnLoopback } from "../../lib/loopback";

const RECORD =
  '{"SequenceNumber":"49590338271490256608559692538361571095921575989136588898","ShardId":"shardId-000000000000"}';
const KEY = '"PartitionKey":';

/** Acknowledges every record of PutRecords, and does nothing else. @returns with its URL */
export async function startKinesisServer(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      const body = Buffer.concat(chunks);
      let records = 0;
      for (let at = body.indexOf(KEY); at !== -1; at = body.indexOf(KEY, at + 1)) records++;
      response.setHeader("content-type", "application/x-amz-json-1.1");
      response.end(`{"FailedRecordCount":0,"Records":[${new Array(records).fill(RECORD).join(",")}]}`);
    });
  });
  return { url: await listenOnLoopback(server, 0, "kinesis"), server };
}
