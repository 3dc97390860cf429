import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import fc from "fast-check";
import { Hub } from "../../../../local/page/hub";
import { startPageServer } from "../../../../local/page/server";
import { startLambda } from "../../../../local/services/lambda/service";
import { jsonProtocol } from "../../../../local/services/protocol/json-protocol";
import { parseJson } from "../../../../local/services/protocol/parse-json";
import { openShell, Refusal, type Shell, type ShellOptions } from "../../../../local/services/protocol/shell";
import { startS3 } from "../../../../local/services/s3/service";
import { startSts } from "../../../../local/services/sts/service";
import { openStore, type Store } from "../../../../local/store/store";
import { startSearchDouble } from "../../../support/search-double";

const portOf = ({ url }: Pick<Shell, "url">): number => Number(new URL(url).port);

/** Writes bytes to a port, closes its own side, and reads what comes until the connection ends. */
function exchange(port: number, ...parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", () => {});
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
    for (const part of parts) socket.write(part);
    socket.end();
  });
}

const toldFaults: unknown[] = [];
const open: Shell[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((shell) => shell.close()));
  toldFaults.length = 0;
});

async function start(more: Partial<ShellOptions> = {}): Promise<Shell> {
  const shell = await openShell({
    name: "thing",
    maxBodyBytes: 1_000,
    answer: async (request) => {
      const body = await request.whole();
      return { status: 200, body: `${request.method} ${request.target} ${body.length}` };
    },
    errorAnswer: (error) => ({
      status: error instanceof Refusal ? error.status : 500,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ code: error instanceof Refusal ? error.kind : "fault" }),
    }),
    onFault: (error) => toldFaults.push(error),
    ...more,
  });
  open.push(shell);
  return shell;
}

/** One request over cleartext HTTP/2 by prior knowledge. */
function askHttp2(url: string, headers: Readonly<Record<string, string>>, body?: string) {
  return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
    const session = connectHttp2(url);
    session.on("error", reject);
    const stream = session.request({ ":path": "/", ...headers });
    let status = 0;
    let text = "";
    stream.on("response", (answer) => {
      status = Number(answer[":status"]);
    });
    stream.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    stream.on("error", reject);
    stream.on("close", () => {
      session.close();
      resolve({ status, text });
    });
    stream.end(body);
  });
}

describe("the shell", () => {
  test("speaks HTTP/1.1 and cleartext HTTP/2 on one port, however the first bytes are cut", async () => {
    const shell = await start();
    expect(await (await fetch(`${shell.url}/a`, { method: "POST", body: "abc" })).text()).toBe("POST /a 3");
    expect(await askHttp2(shell.url, { ":method": "POST", ":path": "/b" }, "abcd")).toEqual({
      status: 200,
      text: "POST /b 4",
    });
    const request = `PUT /c HTTP/1.1\r\nHost: localhost:${portOf(shell)}\r\nContent-Length: 0\r\n\r\n`;
    expect(await exchange(portOf(shell), ...request)).toContain("PUT /c 0");
  });

  test.each<[string, Readonly<Record<string, string>>, number]>([
    ["a program", {}, 200],
    ["a signing client that leaves the port out", { host: "127.0.0.1" }, 200],
    ["the other name of this machine", { host: "LOCALHOST:port" }, 200],
    ["its address in IPv6", { host: "[::1]:port" }, 200],
    ["a typed address", { "sec-fetch-site": "none" }, 200],
    ["a name that leads here", { host: "evil.example" }, 403],
    ["a name that looks like ours", { host: "localhost.evil.example:port" }, 403],
    ["a name below localhost", { host: "x.localhost:port" }, 403],
    ["a port that is forwarded here", { host: "localhost:1" }, 200],
    ["something else than a port", { host: "localhost:1:port" }, 403],
    ["a page of another site", { origin: "https://evil.example" }, 403],
    ["a page of another port", { origin: "http://127.0.0.1:1" }, 403],
    ["a page of this port, which has none", { origin: "http://127.0.0.1:port" }, 403],
    ["a sandboxed frame", { origin: "null" }, 403],
    ["an image of another site", { "sec-fetch-site": "cross-site" }, 403],
    ["an image of another port", { "sec-fetch-site": "same-site" }, 403],
    ["an image of this port", { "sec-fetch-site": "same-origin" }, 403],
    ["a link of an old browser", { referer: "http://evil.example/" }, 403],
  ])("%s", async (_, given, status) => {
    const asked: string[] = [];
    const shell = await start({
      answer: ({ method }) => {
        asked.push(method);
        return { status: 200 };
      },
    });
    const port = String(portOf(shell));
    const headers = Object.entries({ host: `127.0.0.1:${port}`, ...given }).map(
      ([name, value]) => `${name}: ${value.replace("port", port)}\r\n`,
    );
    for (const method of ["GET", "POST", "OPTIONS"]) {
      const answer = await exchange(Number(port), `${method} / HTTP/1.1\r\n${headers.join("")}\r\n`);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).not.toMatch(/access-control/i);
    }
    expect(asked).toEqual(status === 200 ? ["GET", "POST", "OPTIONS"] : []);
    const { host, ...others } = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace("port", port)]),
    );
    const sent = { ...others, ...(host !== undefined && { ":authority": host }) };
    expect(await askHttp2(shell.url, sent)).toMatchObject({ status });
  });

  test.each<[string, string, number, string]>([
    ["no HTTP", "HELLO\r\n\r\n", 400, "malformed"],
    ["TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "malformed"],
    ["no Host", "GET / HTTP/1.1\r\n\r\n", 403, "forbidden"],
    ["two Hosts", "GET / HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\n\r\n", 400, "malformed"],
    ["a whole address", "GET http://evil.example/ HTTP/1.1\r\nHost: HOST\r\n\r\n", 400, "malformed"],
    ["a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\nHost: HOST\r\n\r\n", 405, "method not allowed"],
    [
      "long headers",
      `GET / HTTP/1.1\r\nHost: HOST\r\nA: ${"b".repeat(20_000)}\r\n\r\n`,
      431,
      "headers too large",
    ],
    ["another expectation", "GET / HTTP/1.1\r\nHost: HOST\r\nExpect: x\r\n\r\n", 417, "expectation failed"],
    [
      "a long body",
      `POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1001\r\n\r\n${"x".repeat(1001)}`,
      413,
      "body too large",
    ],
    [
      "a long body in chunks",
      `POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n${"x".repeat(1001)}\r\n0\r\n\r\n`,
      413,
      "body too large",
    ],
    [
      "a malformed chunk",
      "POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      400,
      "malformed",
    ],
    [
      "two lengths",
      "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
      "malformed",
    ],
  ])("refuses %s in the service's own form", async (_, text, status, code) => {
    const shell = await start();
    const answer = await exchange(portOf(shell), text.replaceAll("HOST", `127.0.0.1:${portOf(shell)}`));
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer.slice(answer.indexOf("\r\n\r\n") + 4)).toBe(JSON.stringify({ code }));
    expect(toldFaults).toEqual([]);
  });

  test("asks for a body only after its checks, and refuses an upgrade by serving HTTP/1.1", async () => {
    const shell = await start();
    const ask = (headers: string) =>
      exchange(portOf(shell), `POST / HTTP/1.1\r\n${headers}Connection: close\r\nContent-Length: 1\r\n\r\nx`);
    const host = `Host: 127.0.0.1:${portOf(shell)}\r\n`;
    expect(await ask(`${host}Expect: 100-continue\r\n`)).toMatch(
      /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /,
    );
    expect(await ask("Host: evil.example\r\nExpect: 100-continue\r\n")).toMatch(/^HTTP\/1.1 403 /);
    expect(await ask(`${host}Upgrade: websocket\r\n`)).toMatch(/^HTTP\/1.1 200 /);
  });

  test("a slow request ends by its time, in both phases", async () => {
    const times = { headersTimeoutMs: 50, requestTimeoutMs: 100 };
    const shell = await start(times);
    const silent = (text: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(portOf(shell), "127.0.0.1", () => socket.write(text));
        let answer = "";
        socket.on("data", (chunk) => {
          answer += chunk;
        });
        socket.on("close", () => resolve(answer));
      });
    const host = `Host: 127.0.0.1:${portOf(shell)}\r\n`;
    expect(await silent("P")).toBe("");
    expect(await silent("GET / HTTP/1.1\r\nX: ")).toMatch(/^HTTP\/1.1 408 .*\{"code":"timeout"\}$/s);
    expect(await silent(`POST / HTTP/1.1\r\n${host}Content-Length: 9\r\n\r\nx`)).toMatch(/^HTTP\/1.1 408 /);
  });

  test("an exception of a service is its 500 and told to the operator, without a stack in the answer", async () => {
    const shell = await start({
      answer: ({ target }) => {
        if (target === "/header") return { status: 200, headers: { "x-name": "a\nb" } };
        throw new RangeError("secret path");
      },
    });
    for (const path of ["/", "/header"]) {
      const answer = await fetch(shell.url + path);
      expect([answer.status, await answer.text()]).toEqual([500, '{"code":"fault"}']);
    }
    expect(toldFaults).toHaveLength(2);
  });

  test("an answer that breaks off does not look complete", async () => {
    const broken = async function* () {
      yield Buffer.from("a part");
      throw new Error("the disk is gone");
    };
    const shell = await start({
      answer: () => ({ status: 200, body: Readable.from(broken(), { objectMode: false }) }),
    });
    await expect(fetch(shell.url).then((answer) => answer.text())).rejects.toThrow("terminated");
    await expect(askHttp2(shell.url, {})).rejects.toThrow();
  });

  test("closes with idle, undecided and half-sent connections and a request in progress", async () => {
    let begin: () => void = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const shell = await start({
      answer: () => {
        begin();
        return new Promise(() => {});
      },
    });
    const closed: Promise<unknown>[] = [];
    const hold = async (text: string): Promise<void> => {
      const socket: Socket = connect(portOf(shell), "127.0.0.1");
      socket.on("error", () => {});
      // A connection with unread bytes does not see its end.
      socket.resume();
      closed.push(new Promise((resolve) => socket.once("close", resolve)));
      await new Promise<void>((resolve) => socket.write(text, () => resolve()));
    };
    const host = `Host: 127.0.0.1:${portOf(shell)}\r\n`;
    for (const text of ["", "P", "GET ", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]) await hold(text);
    await hold(`POST / HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\nx`);
    await begun;
    await shell.close();
    await Promise.all(closed);
    await expect(fetch(shell.url)).rejects.toThrow("fetch failed");
  });
});

test("JSON that is nested without end is refused before it is parsed; strings do not count", () => {
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  expect(() => parseJson(nested(1_000_000))).toThrow(SyntaxError);
  expect(() => parseJson("[".repeat(10_000_000))).toThrow("nested deeper than 1000 levels");
  expect(parseJson(nested(1_000))).toHaveLength(1);
  expect(parseJson(JSON.stringify(['\\"[[', "[".repeat(5_000), '"']))).toHaveLength(3);
  fc.assert(fc.property(fc.json(), (text) => expect(parseJson(text)).toEqual(JSON.parse(text))));
});

test("STS says whose account it is, to the SDK, and refuses what else it is asked for by name", async () => {
  const sts = await startSts({ accountId: "123456789012" });
  open.push(sts);
  const client = new STSClient({
    endpoint: sts.url,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: "123456789012",
    Arn: "arn:aws:iam::123456789012:root",
    UserId: "123456789012",
  });
  await expect(client.send(new GetSessionTokenCommand({}))).rejects.toThrow(
    "GetSessionToken is not supported",
  );
  client.destroy();
  const get = await fetch(`${sts.url}/?Action=GetCallerIdentity&Version=2011-06-15`);
  expect(await get.text()).toContain("<Account>123456789012</Account>");
});

describe("garbage to every port", () => {
  let folder: string;
  let store: Store;
  const ports: Record<string, { shell: Shell; ordinary: string; form: RegExp }> = {};

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "shell-"));
    store = openStore(folder);
    const invoke = async (_: string, event: unknown): Promise<unknown> => event;
    const arn = "arn:aws:lambda:eu-west-1:1:function:f";
    const json = /^\{.*\}$/s;
    const shells: Readonly<Record<string, readonly [Promise<Shell>, string, RegExp]>> = {
      s3: [
        startS3({ buckets: ["lake"], store, dataDir: join(folder, "s3") }),
        "GET /lake",
        /^<\?xml .*<\/Error>$/s,
      ],
      search: [startSearchDouble({ dataDir: join(folder, "search") }), "GET /_cluster/health", json],
      lambda: [
        startLambda({ functions: [{ name: "f", arn }], invoke }),
        "POST /2015-03-31/functions/f/invocations",
        json,
      ],
      sts: [
        startSts({ accountId: "1" }),
        "GET /?Action=GetCallerIdentity",
        /^(<ErrorResponse .*>|\{"__type":.*\})$/s,
      ],
      sql: [
        openShell({ name: "SQL service", ...jsonProtocol({ "A.B": () => ({}) }) }),
        "POST /\r\nX-Amz-Target: A.B",
        json,
      ],
      page: [
        startPageServer({
          assets: new Map([["/", { contentType: "text/html", body: Buffer.from("x"), etag: '"1"' }]]),
          hub: new Hub(),
          actions: {},
        }),
        "GET /",
        json,
      ],
    };
    for (const [name, [starting, ordinary, form]] of Object.entries(shells)) {
      ports[name] = { shell: await starting, ordinary, form };
    }
  });

  afterAll(async () => {
    await Promise.all(Object.values(ports).map(({ shell }) => shell.close()));
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const host = (port: number): string => `Host: 127.0.0.1:${port}\r\n`;
  /** Requests that are right up to a point, and bytes that never were one. */
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => () => Buffer.from(bytes)),
    fc.string({ unit: "binary", maxLength: 200 }).map((text) => () => Buffer.from(text)),
    fc
      .record({
        method: fc.constantFrom(
          "GET",
          "HEAD",
          "PUT",
          "POST",
          "DELETE",
          "OPTIONS",
          "PATCH",
          "TRACE",
          "M-SEARCH",
        ),
        path: fc.oneof(
          fc.constantFrom(
            "//[",
            "/%",
            "/%zz",
            "/%E0%A4%A",
            "/lake?delete",
            "/_bulk",
            "/_search",
            "/lake/k?uploadId=1",
            "*",
            "?",
          ),
          fc.webPath(),
          fc.string({ maxLength: 50 }).map((text) => `/${encodeURI(text.toWellFormed())}`),
        ),
        header: fc.constantFrom(
          "",
          "Content-Encoding: gzip\r\n",
          "Content-Encoding: aws-chunked\r\n",
          "Transfer-Encoding: chunked\r\n",
          "Expect: 100-continue\r\n",
          "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n",
          "Content-Type: application/json\r\n",
          "X-Amz-Target: A.B\r\n",
          "X-Amz-Target: __proto__\r\n",
          "Range: bytes=9-1\r\n",
        ),
        length: fc.constantFrom(0, 1, 10, 1_000_000, 99_999_999_999),
        body: fc.oneof(
          fc.json(),
          fc.constantFrom(
            "{",
            "[".repeat(50_000),
            "<Delete>".repeat(9_000),
            "<!DOCTYPE a [<!ENTITY b 'c'>]>",
            "\0",
            '{"__proto__":1}',
          ),
          fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
        ),
        isExact: fc.boolean(),
      })
      .map(({ method, path, header, length, body, isExact }) => (port: number) => {
        const bytes = Buffer.from(body, "latin1");
        const size = header.startsWith("Transfer")
          ? ""
          : `Content-Length: ${isExact ? bytes.length : length}\r\n`;
        return Buffer.concat([
          Buffer.from(`${method} ${path} HTTP/1.1\r\n${host(port)}${header}${size}\r\n`),
          bytes,
        ]);
      }),
    fc
      .uint8Array({ maxLength: 100 })
      .map(
        (frames) => () =>
          Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Buffer.from(frames)]),
      ),
  );

  /** Sends it, and ends the connection in one of three ways. */
  function send(port: number, bytes: Buffer, end: "end" | "reset" | "cut"): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1");
      let answer = "";
      socket.setEncoding("latin1").on("data", (chunk) => {
        answer += chunk;
        // A server of HTTP/2 waits for the rest of a frame.
        if (bytes.subarray(0, 3).toString() === "PRI") socket.destroy();
      });
      socket.on("error", () => {});
      socket.on("close", () => resolve(answer));
      socket.write(bytes, () => {
        if (end === "reset") socket.resetAndDestroy();
        else if (end === "cut") socket.destroy();
        else socket.end();
      });
    });
  }

  test.each(["s3", "search", "lambda", "sts", "sql", "page"])(
    "%s answers an ordinary request afterwards",
    async (name) => {
      const { shell, ordinary, form } = ports[name] ?? { shell: { url: "" }, ordinary: "", form: /^$/ };
      const port = portOf(shell);
      await fc.assert(
        fc.asyncProperty(garbage, fc.constantFrom("end", "reset", "cut"), async (made, end) => {
          const answer = await send(port, made(port), end);
          expect(answer).not.toMatch(/\n\s+at .*:\d+:\d+|<html|access-control/i);
          // The bytes may hold more than one request; an answer to HEAD has no body.
          for (const one of answer.split(/(?=HTTP\/1\.1 \d{3} )/)) {
            const [, status = "", body = ""] = /^HTTP\/1.1 (?!100)(\d+) .*?\r\n\r\n(.+)$/s.exec(one) ?? [];
            if (Number(status) >= 400) expect(body).toMatch(form);
          }
        }),
        { numRuns: 100, endOnFailure: true },
      );
      const [line = "", ...headers] = ordinary.split("\r\n");
      const asked = `${line} HTTP/1.1\r\n${headers.map((header) => `${header}\r\n`).join("")}`;
      expect(await exchange(port, `${asked}${host(port)}Content-Length: 0\r\n\r\n`)).toMatch(
        /^HTTP\/1.1 200 /,
      );
    },
  );

  test("a gzip bomb, and XML of more than 10 MB, are refused by their size", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const search = await fetch(`${ports["search"]?.shell.url}/_bulk`, {
      method: "POST",
      body: bomb,
      headers: { "content-encoding": "gzip" },
    });
    expect([search.status, await search.json()]).toMatchObject([
      413,
      { error: { type: "content_too_long_exception" } },
    ]);
    const xml = `<Delete>${"<Object><Key>k</Key></Object>".repeat(400_000)}</Delete>`;
    const s3 = await fetch(`${ports["s3"]?.shell.url}/lake?delete`, { method: "POST", body: xml });
    expect([s3.status, await s3.text()]).toEqual([
      400,
      expect.stringContaining("<Code>MaxMessageLengthExceeded</Code>"),
    ]);
  });
});
