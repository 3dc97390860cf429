import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import { rejectionReason } from "../../lib/origin-check";
import { refusedBy } from "../../local/opensearch/sigv4-verifier";
import { LocalAnswer } from "../../ops/tunnel/local-answer";
import { createSigningProxy, type SigningProxyOptions } from "../../ops/tunnel/signing-proxy";
import { type DomainAnswer, type DomainRequest, KEY, REGION, startDomain } from "../support/verifying-domain";

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Each part is a chunk of its own. */
  readonly chunks?: readonly (string | Buffer)[];
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends what a browser or curl would, spelled exactly so. */
function send(
  port: number,
  { method = "GET", path, headers = {}, chunks, body, signal }: Sent,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const host = `127.0.0.1:${port}`;
    const outgoing = httpRequest(
      {
        host: "127.0.0.1",
        port,
        method,
        path,
        headers: { host, ...headers },
        agent: false,
        ...(signal && { signal }),
      },
      (answer) => {
        buffer(answer).then(
          (content) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: content }),
          reject,
        );
      },
    );
    outgoing.once("error", reject);
    for (const chunk of chunks ?? []) outgoing.write(chunk);
    outgoing.end(body);
  });
}

/** A tunnel's local end before a domain that verifies; both are closed after the test. */
async function tunnel(
  answer?: (request: DomainRequest) => DomainAnswer | Promise<DomainAnswer>,
  change: Partial<SigningProxyOptions> = {},
) {
  const domain = await startDomain(answer);
  const said: string[] = [];
  const proxy = createSigningProxy({
    upstream: { origin: domain.origin },
    region: REGION,
    credentials: async () => KEY,
    say: (line) => said.push(line),
    ...change,
  });
  await listenOnLoopback(proxy, 0, "tunnel");
  open.push(() => closeServer(proxy), domain.close);
  return { domain, said, port: portOf(proxy), send: (sent: Sent) => send(portOf(proxy), sent) };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

test("the verifier agrees with the example that AWS publishes", () => {
  const request = {
    method: "GET",
    target: "/?Action=ListUsers&Version=2010-05-08",
    rawHeaders: [
      ...["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"],
      ...["Host", "iam.amazonaws.com", "X-Amz-Date", "20150830T123600Z"],
      "Authorization",
      "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    ],
    body: Buffer.alloc(0),
  };
  const options = {
    region: "us-east-1",
    service: "iam",
    keys: { AKIDEXAMPLE: { secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" } },
    now: new Date("2015-08-30T12:36:30Z"),
  };
  expect(refusedBy(options, request)).toBeUndefined();
  expect(refusedBy(options, { ...request, body: Buffer.from("x") })).toMatch(/does not match the signature/);
  expect(refusedBy(options, { ...request, target: "/?Action=ListUsers" })).toMatch(/does not match/);
});

describe("what passes is signed, and arrives as it was sent", () => {
  test.each<[string, Sent, string]>([
    ["a path", { path: "/_cat/indices" }, "/_cat/indices"],
    ["the root", { path: "/" }, "/"],
    ["a wildcard and a list, plain", { path: "/retail*,-other/_search" }, "/retail%2A%2C-other/_search"],
    ["a wildcard, encoded", { path: "/retail%2a/_search" }, "/retail%2A/_search"],
    ["an encoded slash", { path: "/retail/_doc/a%2Fb" }, "/retail/_doc/a%2Fb"],
    ["date mathematics", { path: "/%3Cretail-%7Bnow%2Fd%7D%3E" }, "/%3Cretail-%7Bnow%2Fd%7D%3E"],
    ["blanks and accents", { path: "/caf%C3%A9%20cr%C3%A8me" }, "/caf%C3%A9%20cr%C3%A8me"],
    ["a trailing slash", { path: "/retail/" }, "/retail/"],
    ["an empty segment", { path: "/a//b" }, "/a//b"],
    ["a parameter without a value", { path: "/_search?pretty&v" }, "/_search?pretty=&v="],
    ["a plus, which is a blank", { path: "/_search?q=a+b%2Bc" }, "/_search?q=a%20b%2Bc"],
    [
      "signs in a query",
      { path: "/_search?q=a:(b*)!~'c'=d/e?f" },
      "/_search?q=a%3A%28b%2A%29%21~%27c%27%3Dd%2Fe%3Ff",
    ],
    ["a name several times, out of order", { path: "/x?b=2&a=3&b=1&B=0&a=" }, "/x?b=2&a=3&b=1&B=0&a="],
    ["a name like a method", { path: "/x?constructor=1&toString=" }, "/x?constructor=1&toString="],
  ])("%s", async (_, sent, target) => {
    const { domain, send } = await tunnel();
    const answer = await send(sent);
    expect(answer.body.toString()).toBe("{}");
    expect(answer.status).toBe(200);
    expect(domain.requests.map((request) => request.target)).toEqual([target]);
  });

  const large = Buffer.alloc(6 * 2 ** 20, "0123456789abcdef\n");
  test.each<[string, Sent, Buffer]>([
    [
      "POST",
      { method: "POST", path: "/_bulk", body: '{"index":{}}\n{"a":1}\n' },
      Buffer.from('{"index":{}}\n{"a":1}\n'),
    ],
    [
      "in chunks",
      { method: "POST", path: "/_bulk", chunks: ["a", "", "b".repeat(70_000), "ç"] },
      Buffer.from(`a${"b".repeat(70_000)}ç`),
    ],
    ["large", { method: "PUT", path: "/x", body: large }, large],
    [
      "not text",
      { method: "PUT", path: "/x", body: Buffer.from([0, 255, 128, 10]) },
      Buffer.from([0, 255, 128, 10]),
    ],
    [
      "with GET",
      { method: "GET", path: "/_search", body: '{"query":{}}', headers: { "content-length": 12 } },
      Buffer.from('{"query":{}}'),
    ],
    ["none with POST", { method: "POST", path: "/x/_refresh" }, Buffer.alloc(0)],
    [
      "with DELETE",
      { method: "DELETE", path: "/x", body: "{}", headers: { "content-length": 2 } },
      Buffer.from("{}"),
    ],
    ["none with DELETE", { method: "DELETE", path: "/x" }, Buffer.alloc(0)],
  ])("a body: %s", async (_, sent, body) => {
    const { domain, send } = await tunnel();
    const headers = { "content-type": "application/x-ndjson; charset=utf-8", ...sent.headers };
    expect((await send({ ...sent, headers })).status).toBe(200);
    const [request] = domain.requests;
    expect(request?.method).toBe(sent.method);
    expect(request?.body.equals(body)).toBe(true);
    expect(request?.headers["transfer-encoding"]).toBeUndefined();
  });

  test("HEAD has the answer's headers and no body", async () => {
    const { domain, send } = await tunnel(() => ({ headers: { "content-length": "2" } }));
    const answer = await send({ method: "HEAD", path: "/retail" });
    expect([answer.status, answer.headers["content-length"], answer.body.length]).toEqual([200, "2", 0]);
    expect(domain.requests[0]?.method).toBe("HEAD");
  });

  test("whatever the path and the query are", async () => {
    const { domain, send } = await tunnel();
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 8 });
    const segment = text.filter((name) => name !== "." && name !== "..");
    const parameters = fc.array(fc.tuple(text, text), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 3 }), parameters, async (path, query) => {
        const encode = encodeURIComponent;
        const search = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
        const answer = await send({ path: `/${path.map(encode).join("/")}${search && `?${search}`}` });
        expect(answer.body.toString()).toBe("{}");
        const arrived = new URL(domain.requests.at(-1)?.target ?? "", domain.origin);
        expect(arrived.pathname.slice(1).split("/").map(decodeURIComponent)).toEqual(path);
        expect([...arrived.searchParams]).toEqual(query);
      }),
      { numRuns: 60 },
    );
  });

  test("headers: end to end ones are passed; those of one connection, and a signature of the client's, are not", async () => {
    const { domain, send } = await tunnel();
    const passed = {
      "osd-xsrf": "true",
      "osd-version": "2.19.0",
      cookie: "a=1; b=2",
      "user-agent": "curl/8",
      accept: "application/json",
      "x-odd": "two   blanks",
    };
    const answer = await send({
      path: "/_dashboards/api/status",
      headers: {
        ...passed,
        authorization: "Basic dXNlcjpwYXNz",
        "x-amz-security-token": "not mine",
        "x-amz-date": "20000101T000000Z",
        connection: "keep-alive, X-Hop",
        "x-hop": "1",
        "keep-alive": "timeout=5",
        te: "trailers",
      },
    });
    expect(answer.status).toBe(200);
    const headers: IncomingHttpHeaders = domain.requests[0]?.headers ?? {};
    expect(headers).toMatchObject(passed);
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDGOOD\//);
    expect(headers["x-amz-security-token"]).toBe(KEY.sessionToken);
    for (const name of ["x-hop", "te"]) expect(headers).not.toHaveProperty(name);
    expect(headers.connection).not.toMatch(/x-hop/i);
  });

  test("the domain is called by its own name, and knows nothing of the local end", async () => {
    const { domain, send, port } = await tunnel();
    const own = `http://localhost:${port}`;
    await send({
      path: "/",
      headers: { host: `localhost:${port}`, origin: own, referer: `${own}/_dashboards/app/home` },
    });
    const [request] = domain.requests;
    expect(request?.headers.host).toBe(domain.origin.host);
    expect(request?.headers).not.toHaveProperty("origin");
    expect(request?.headers).not.toHaveProperty("referer");
  });
});

describe("what the domain answers, arrives", () => {
  test("status, headers and body, packed as they were", async () => {
    const packed = gzipSync('{"took":1}');
    const { send } = await tunnel(() => ({
      status: 201,
      headers: { "content-encoding": "gzip", "osd-name": "node", "content-type": "application/json" },
      body: packed,
    }));
    const answer = await send({ path: "/retail/_doc", method: "POST", body: "{}" });
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ "content-encoding": "gzip", "osd-name": "node" });
    expect(answer.body.equals(packed)).toBe(true);
  });

  test("a redirect to the domain stays in the tunnel, one to elsewhere leaves it", async () => {
    const { domain, send, port } = await tunnel(({ target }) => ({
      status: 302,
      headers: {
        location:
          target === "/own"
            ? `http://${domain.origin.host}/_dashboards/app?x=1#/y`
            : (places.get(target) ?? ""),
      },
    }));
    const places = new Map([
      ["/elsewhere", "https://idp.example.com/sso"],
      ["/path", "/_dashboards/login"],
    ]);
    const location = async (path: string) => (await send({ path })).headers.location;
    expect(await location("/own")).toBe(`http://127.0.0.1:${port}/_dashboards/app?x=1#/y`);
    expect(await location("/elsewhere")).toBe("https://idp.example.com/sso");
    expect(await location("/path")).toBe("/_dashboards/login");
  });

  test("cookies fit a local end without TLS", async () => {
    const { send } = await tunnel(() => ({
      headers: {
        "set-cookie": [
          "security_authentication=abc; Secure; HttpOnly; Path=/_dashboards",
          "x=1; Domain=vpc-sales.eu-west-1.es.amazonaws.com; SameSite=None; Secure",
          "y=secure; SameSite=Lax",
        ],
      },
    }));
    expect((await send({ path: "/" })).headers["set-cookie"]).toEqual([
      "security_authentication=abc; HttpOnly; Path=/_dashboards",
      "x=1",
      "y=secure; SameSite=Lax",
    ]);
  });

  test("an answer that is cut half-way does not look whole", async () => {
    const { send } = await tunnel(() => ({ headers: { "content-length": "1000" }, body: "half", cut: true }));
    await expect(send({ path: "/" })).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  });

  test("requests share connections", async () => {
    const { domain, send } = await tunnel();
    for (let count = 0; count < 5; count++) await send({ path: "/" });
    expect(domain.requests).toHaveLength(5);
    expect(domain.connections()).toBe(1);
  });
});

describe("what the local end refuses", () => {
  const PORT = 9200;
  const host = "127.0.0.1:9200";
  test.each<[string, IncomingHttpHeaders, RegExp | undefined]>([
    ["curl", { host }, undefined],
    ["curl by name", { host: "localhost:9200" }, undefined],
    ["an address that was typed in", { host, "sec-fetch-site": "none" }, undefined],
    [
      "Dashboards' own page",
      {
        host,
        origin: `http://${host}`,
        referer: `http://${host}/_dashboards/app`,
        "sec-fetch-site": "same-origin",
      },
      undefined,
    ],
    ["a name that resolves to 127.0.0.1", { host: "evil.example:9200" }, /^Host is "evil\.example:9200"/],
    ["another port of the name", { host: "127.0.0.1:9201" }, /^Host is/],
    ["the name without its port", { host: "127.0.0.1" }, /^Host is/],
    ["the domain's own name", { host: "vpc-sales.eu-west-1.es.amazonaws.com" }, /^Host is/],
    ["no name", {}, /^Host is absent/],
    ["a foreign page", { host, origin: "https://evil.example" }, /^Origin is "https:\/\/evil\.example"/],
    ["a sandboxed page", { host, origin: "null" }, /^Origin is "null"/],
    ["a page of another port", { host, origin: "http://127.0.0.1:3000" }, /^Origin is/],
    ["the other own name's page", { host, origin: "http://localhost:9200" }, /^Origin is/],
    ["an https page of the own name", { host, origin: `https://${host}` }, /^Origin is/],
    [
      "an image of a foreign page",
      { host, "sec-fetch-site": "cross-site" },
      /^Sec-Fetch-Site is "cross-site"/,
    ],
    ["an image of another port", { host, "sec-fetch-site": "same-site" }, /^Sec-Fetch-Site is/],
    ["a browser without Sec-Fetch", { host, referer: "https://evil.example/a" }, /^Referer is/],
    ["a look-alike", { host, referer: `http://${host}.evil.example/` }, /^Referer is/],
  ])("%s", (_, headers, refused) => {
    if (refused === undefined) expect(rejectionReason(headers, PORT)).toBeUndefined();
    else expect(rejectionReason(headers, PORT)).toMatch(refused);
  });

  test.each<[string, OutgoingHttpHeaders]>([
    ["Host", { host: "evil.example" }],
    ["Origin", { origin: "https://evil.example" }],
    ["Sec-Fetch-Site", { "sec-fetch-site": "cross-site" }],
  ])("a foreign %s reaches neither the domain nor the credentials", async (name, headers) => {
    const asked: unknown[] = [];
    const { domain, send, said } = await tunnel(undefined, {
      credentials: async () => {
        asked.push(name);
        return KEY;
      },
    });
    const answer = await send({ method: "POST", path: "/retail/_delete_by_query", body: "{}", headers });
    expect(answer.status).toBe(403);
    expect(answer.body.toString()).toMatch(new RegExp(`^tunnel: ${name} is `));
    expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
    expect(said).toEqual([expect.stringMatching(new RegExp(`^${name} is `))]);
    expect([domain.connections(), asked]).toEqual([0, []]);
  });

  test("a preflight of a foreign page is not answered with leave", async () => {
    const { domain, send } = await tunnel();
    const headers = { origin: "https://evil.example", "access-control-request-method": "DELETE" };
    const answer = await send({ method: "OPTIONS", path: "/retail", headers });
    expect(answer.status).toBe(403);
    expect(domain.connections()).toBe(0);
  });

  test.each<[string, string, RegExp]>([
    ["a path that climbs", "/a/../_bulk", /contains \.\./],
    ["one that climbs in disguise", "/a/%2e%2E/_bulk", /contains \.\./],
    ["what is not UTF-8", "/caf%E9", /not well encoded/],
    ["a half escape", "/x?q=50%", /not well encoded/],
    ["a whole address", "http://evil.example/", /is not a path/],
    ["a name that the signer loses", "/x?constructor=1&__proto__=1", /cannot be signed/],
  ])("%s", async (_, path, words) => {
    const { domain, send } = await tunnel();
    const answer = await send({ path });
    expect([answer.status, answer.body.toString()]).toEqual([400, expect.stringMatching(words)]);
    expect(domain.connections()).toBe(0);
  });

  test("a body that is too large to be hashed in memory", async () => {
    const { domain, send } = await tunnel(undefined, { maxBodyBytes: 10 });
    const answer = await send({ method: "PUT", path: "/x", body: "12345678901" });
    expect(answer.status).toBe(413);
    expect(answer.body.toString()).toMatch(/has 11 bytes; the tunnel signs at most 10/);
    expect(domain.connections()).toBe(0);
    expect((await send({ method: "PUT", path: "/x", body: "1234567890" })).status).toBe(200);
  });
});

describe("what is wrong is explained", () => {
  const EXPIRED = { accessKeyId: "AKIDOLD", secretAccessKey: "old", sessionToken: "old" };
  const minutes = (count: number) => () => new Date(Date.now() + count * 60_000);

  test.each<[string, Partial<SigningProxyOptions>, RegExp]>([
    [
      "a clock that is fast",
      { now: minutes(7) },
      /^the clock of this machine is 7 minutes fast: it says .*timedatectl/,
    ],
    ["a clock that is slow", { now: minutes(-6) }, /^the clock of this machine is 6 minutes slow: it says/],
    [
      "credentials that have expired",
      { credentials: async () => EXPIRED },
      /^your credentials \(AKIDOLD\) have expired: sign in again/,
    ],
    [
      "credentials that nobody knows",
      { credentials: async () => ({ ...KEY, accessKeyId: "AKIDNOBODY" }) },
      /^AWS does not know the credentials AKIDNOBODY/,
    ],
    [
      "a wrong secret",
      { credentials: async () => ({ ...KEY, secretAccessKey: "wrong" }) },
      /^the signature by AKIDGOOD is invalid: its secret key is wrong/,
    ],
    ["another region", { region: "us-east-1" }, /^the domain refused with 403: .*'us-east-1'/],
  ])("%s", async (_, change, words) => {
    const { send, said } = await tunnel(undefined, change);
    const first = await send({ path: "/" });
    expect(first.status).toBe(403);
    expect(JSON.parse(first.body.toString())).toHaveProperty("message");
    await send({ path: "/" });
    // Dashboards asks for a hundred files at once: one line is enough.
    expect(said).toEqual([expect.stringMatching(words)]);
  });

  test("a clock that is five minutes off at most is good enough", async () => {
    const { send, said } = await tunnel(undefined, { now: minutes(4.9) });
    expect([(await send({ path: "/" })).status, said]).toEqual([200, []]);
  });

  test.each<[string, DomainAnswer, RegExp]>([
    [
      "a role that is not mapped",
      {
        status: 403,
        body: '{"error":{"reason":"no permissions for [indices:data/read/search] and User [name=arn:aws:iam::1:role/analyst, backend_roles=[arn:aws:iam::1:role/analyst], requestedTenant=null]"}}',
      },
      /^the domain knows you as arn:aws:iam::1:role\/analyst, but .* indices:data\/read\/search.*backend role/,
    ],
    [
      "the same, packed",
      {
        status: 403,
        headers: { "content-encoding": "gzip" },
        body: gzipSync("no permissions for [cluster:monitor/main] and User [name=me, backend_roles=[]"),
      },
      /^the domain knows you as me, .*cluster:monitor\/main/,
    ],
    [
      "a policy that does not let in",
      {
        status: 403,
        body: '{"Message":"User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: es:ESHttpGet"}',
      },
      /^neither your IAM policies nor the domain's policy let you in .*allow your role es:ESHttp/,
    ],
    [
      "anything else",
      { status: 401, body: "Unauthorized\n\n now" },
      /^the domain refused with 401: Unauthorized now$/,
    ],
  ])("%s", async (_, refused, words) => {
    const { send, said } = await tunnel(() => refused);
    const answer = await send({ path: "/" });
    expect(answer.status).toBe(refused.status);
    expect(answer.body.toString("latin1")).toBe(Buffer.from(refused.body ?? "").toString("latin1"));
    expect(said).toEqual([expect.stringMatching(words)]);
  });

  test("what is well again, and wrong again, is said again", async () => {
    let key = EXPIRED;
    const { send, said } = await tunnel(undefined, { credentials: async () => key });
    await send({ path: "/" });
    key = KEY;
    expect((await send({ path: "/" })).status).toBe(200);
    key = EXPIRED;
    await send({ path: "/" });
    expect(said).toHaveLength(2);
  });

  test("credentials that expired in between are renewed, and the request is sent again, whole", async () => {
    const asked: boolean[] = [];
    const { domain, send } = await tunnel(undefined, {
      credentials: async ({ forceRefresh = false } = {}) => {
        asked.push(forceRefresh);
        return forceRefresh ? KEY : EXPIRED;
      },
    });
    const answer = await send({ method: "POST", path: "/_bulk", body: '{"index":{}}\n' });
    expect(answer.status).toBe(200);
    expect(asked).toEqual([false, true]);
    expect(domain.requests.map(({ body }) => body.toString())).toEqual(['{"index":{}}\n']);
  });

  test("no credentials at all", async () => {
    const { domain, send, said } = await tunnel(undefined, {
      credentials: async () => {
        throw new Error("Could not load credentials from any providers");
      },
    });
    const answer = await send({ path: "/" });
    expect(answer.status).toBe(502);
    expect(answer.body.toString()).toMatch(
      /there are no credentials .*any providers\): sign in, .*AWS_PROFILE/,
    );
    expect([said.length, domain.connections()]).toEqual([1, 0]);
  });

  test("a domain that is not there", async () => {
    const { domain, send, said } = await tunnel();
    await domain.close();
    const answer = await send({ path: "/" });
    expect(answer.status).toBe(502);
    expect(said).toEqual([`${domain.origin.host} cannot be reached: nothing listens there`]);
  });

  test("a session that has dropped", async () => {
    const origin = new URL("https://vpc-sales.eu-west-1.es.amazonaws.com");
    const forwardedPort = () => {
      throw new LocalAnswer(503, "the session to the bastion has dropped and is being reopened");
    };
    const { send, said } = await tunnel(undefined, { upstream: { origin, forwardedPort } });
    const answer = await send({ path: "/" });
    expect([answer.status, answer.body.toString()]).toEqual([503, expect.stringMatching(/has dropped/)]);
    expect(said).toEqual([expect.stringMatching(/has dropped/)]);
  });

  test("a client that leaves takes its request along", async () => {
    const arrived = Promise.withResolvers<void>();
    const { send, said } = await tunnel(() => {
      arrived.resolve();
      return new Promise(() => {});
    });
    const leaving = new AbortController();
    const answer = send({ path: "/", signal: leaving.signal });
    await arrived.promise;
    leaving.abort();
    await expect(answer).rejects.toThrow(/aborted/);
    expect(said).toEqual([]);
  });
});
