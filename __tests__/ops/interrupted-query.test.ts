import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { closeServer, listenOnLoopback } from "../../lib/loopback";

const ROOT = join(__dirname, "../..");

const CLIENTS = `
import { AthenaClient } from "@aws-sdk/client-athena";
import { S3Client } from "@aws-sdk/client-s3";
const client = { endpoint: process.env.ENDPOINT, region: "eu-west-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } };
const athena = new AthenaClient(client);
const three = (ask) => Promise.all(["ended", "running", "starting"].map((text) => ask(text).catch(() => undefined)));
`;

/** Three queries at once, as commands run them. */
const SOURCES = {
  reconcile: `${CLIENTS}
import { athenaSql, ofCommand } from "./ops/reconcile/sql";
const sql = ofCommand(athenaSql(athena, new S3Client(client), "people", "db"));
await three((text) => sql.query(text, () => undefined));
`,
  query: `${CLIENTS}
import { runQueryOfCommand } from "./ops/query/execution";
await three((text) => runQueryOfCommand({ athena, workgroup: "people", database: "db" }, text));
`,
};

test.each([
  ["reconcile", "SIGINT"],
  ["query", "SIGINT"],
  ["query", "SIGHUP"],
] as const)(
  "%s: %s stops the queries that run and the one that is being started, and no other",
  async (command, signal) => {
    const stopped: unknown[] = [];
    let startingAnswer: ServerResponse | undefined;
    const polled = new Set<unknown>();
    const state = Promise.withResolvers<void>();
    const server = createServer(async (request, response) => {
      const body = (await json(request)) as Readonly<Record<string, unknown>>;
      const id = body["QueryExecutionId"];
      const answer = (document: object) => response.end(JSON.stringify(document));
      switch (String(request.headers["x-amz-target"]).split(".")[1]) {
        case "StartQueryExecution":
          if (body["QueryString"] === "starting") startingAnswer = response;
          else answer({ QueryExecutionId: `id of ${body["QueryString"]}` });
          break;
        case "GetQueryExecution":
          polled.add(id);
          answer({ QueryExecution: { Status: { State: id === "id of ended" ? "FAILED" : "RUNNING" } } });
          break;
        default:
          stopped.push(id);
          answer({});
      }
      if (startingAnswer && polled.size === 2) state.resolve();
    });
    const url = await listenOnLoopback(server, 0, "stand-in of Athena");
    try {
      const child = spawn(
        process.execPath,
        ["--import", "tsx", "--input-type=module", "--eval", SOURCES[command]],
        {
          cwd: ROOT,
          env: { ...process.env, ENDPOINT: url },
          stdio: "inherit",
        },
      );
      const ended = once(child, "exit");
      await state.promise;
      child.kill(signal);
      startingAnswer?.end(JSON.stringify({ QueryExecutionId: "id of starting" }));
      expect(await ended).toEqual([130, null]);
      expect(stopped.sort()).toEqual(["id of running", "id of starting"]);
    } finally {
      await closeServer(server);
    }
  },
);
