import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { errors } from "@opensearch-project/opensearch";
import { eventually } from "../../benchmarks/support/eventually";
import { closeServer, listenOnLoopback } from "../../lib/loopback";
import { OperatorError } from "../../lib/operator-error";
import { cacheFolder } from "../../local/opensearch/cache";
import { type Gate, startGate } from "../../local/opensearch/gate";
import { findJava } from "../../local/opensearch/java";
import { download } from "../../local/opensearch/maven";
import { localSearch } from "../../local/services/clients";
import { credentialsOf, type LocalCredentials } from "../../local/services/credentials";

const REGION = "eu-west-1";
const MASTER = "arn:aws:iam::000000000000:role/master";
const WRITER = "arn:aws:iam::000000000000:role/writer";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "engines-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the gate", () => {
  let engine: Server;
  let gate: Gate;
  let seen: { from: string | undefined; target: string; headers: IncomingHttpHeaders }[];

  beforeEach(async () => {
    seen = [];
    engine = createServer(({ url = "", headers, socket }, response) => {
      seen.push({ from: socket.remoteAddress, target: url, headers });
      response.writeHead(200, { "content-type": "application/json", "x-of-the-engine": "1" }).end("{}");
    });
    const engineUrl = await listenOnLoopback(engine, 0, "engine");
    const principals = [MASTER, WRITER].map((roleArn) => ({ roleArn, credentials: credentialsOf(roleArn) }));
    gate = await startGate({ engineUrl, region: REGION, principals, masterRoleArn: MASTER, port: 0 });
  });

  afterEach(async () => {
    await gate.close();
    if (engine.listening) await closeServer(engine);
  });

  /** Signs as these credentials say. @returns status and body */
  async function ask(
    credentials: LocalCredentials,
    path: string,
    {
      region = REGION,
      method = "GET",
      headers = {},
      body,
    }: Readonly<Record<string, unknown>> & {
      region?: string;
      method?: string;
      headers?: Record<string, string>;
      body?: object;
    } = {},
  ): Promise<{ status: number | null; body: unknown }> {
    const client = localSearch(gate.url, region, credentials);
    try {
      const answer = await client.transport.request({ method, path, ...(body && { body }) }, { headers });
      return { status: answer.statusCode, body: answer.body };
    } catch (error) {
      if (error instanceof errors.ResponseError) return { status: error.statusCode, body: error.body };
      throw error;
    } finally {
      await client.close();
    }
  }

  test("tells the engine, from the address that it believes, whose role a request was signed by", async () => {
    expect(await ask(credentialsOf(WRITER), "/retail-*/_count?q=a+b")).toEqual({ status: 200, body: {} });
    expect(seen).toMatchObject([
      {
        from: "127.0.0.2",
        target: expect.stringMatching(/^\/retail-(\*|%2A)\/_count\?q=a/),
        headers: { "x-proxy-user": WRITER, "x-proxy-roles": WRITER, "x-forwarded-for": "127.0.0.1" },
      },
    ]);
  });

  test("lets nobody say by a header who they are, and keeps the signature to itself", async () => {
    const claims = {
      "x-proxy-user": MASTER,
      "x-proxy-roles": MASTER,
      "x-forwarded-for": "1.2.3.4",
      "x-opensearch-security-impersonate-as": "admin",
    };

    await ask(credentialsOf(WRITER), "/", { headers: claims });

    const [request] = seen;
    expect(request?.headers).toMatchObject({ "x-proxy-user": WRITER, "x-proxy-roles": WRITER });
    expect(Object.keys(request?.headers ?? {})).toEqual(
      expect.not.arrayContaining(["authorization", "x-amz-date", "x-opensearch-security-impersonate-as"]),
    );
  });

  test.each<[string, LocalCredentials, string, RegExp]>([
    [
      "an unknown key",
      { accessKeyId: "nobody", secretAccessKey: "x" },
      REGION,
      /security token .* is invalid/,
    ],
    [
      "a wrong secret",
      { ...credentialsOf(WRITER), secretAccessKey: "x" },
      REGION,
      /does not match the signature/,
    ],
    ["another region", credentialsOf(WRITER), "us-east-1", /scoped to a valid Region, not 'us-east-1'/],
  ])("refuses %s before the engine hears of it", async (_, credentials, region, message) => {
    expect(await ask(credentials, "/", { region })).toEqual({
      status: 403,
      body: { message: expect.stringMatching(message) },
    });
    expect(seen).toEqual([]);
  });

  test("refuses what is not signed", async () => {
    const answer = await fetch(`${gate.url}/`);

    expect([answer.status, await answer.json()]).toEqual([403, { message: "Missing Authentication Token" }]);
    expect(seen).toEqual([]);
  });

  test("answers 503 when nothing listens behind it", async () => {
    await closeServer(engine);

    expect(await ask(credentialsOf(WRITER), "/")).toMatchObject({
      status: 503,
      body: { message: expect.stringContaining("the engine does not answer") },
    });
  });

  test("answers for index management in the engine's place, the master alone", async () => {
    const path = "/_plugins/_ism/policies/retail";
    const policy = { policy: { default_state: "kept", states: [{ name: "kept" }] } };

    expect(await ask(credentialsOf(WRITER), path, { method: "PUT", body: policy })).toMatchObject({
      status: 403,
    });
    expect(await ask(credentialsOf(MASTER), path)).toMatchObject({ status: 404 });
    expect(await ask(credentialsOf(MASTER), path, { method: "PUT", body: policy })).toMatchObject({
      status: 201,
    });
    expect(await ask(credentialsOf(MASTER), path, { method: "PUT", body: policy })).toMatchObject({
      status: 409,
    });
    expect(
      await ask(credentialsOf(MASTER), `${path}?if_seq_no=0&if_primary_term=1`, {
        method: "PUT",
        body: policy,
      }),
    ).toMatchObject({ status: 200, body: { _version: 2, _seq_no: 1 } });
    expect(await ask(credentialsOf(MASTER), path)).toMatchObject({
      status: 200,
      body: { policy: policy.policy },
    });
    expect(seen).toEqual([]);
  });
});

describe("what the machine must have", () => {
  const wish = { engine: "An engine", variable: "ENGINE_JAVA_HOME", atLeast: 17, atMost: 23 };

  /** A folder that looks like a JDK of a version. */
  function jdk(name: string, version: number): string {
    const bin = join(folder, name, "bin");
    mkdirSync(bin, { recursive: true });
    for (const program of ["keytool", "jar", "java"]) {
      const path = join(bin, program);
      writeFileSync(path, `#!/bin/sh\necho '    java.specification.version = ${version}' >&2\n`);
      chmodSync(path, 0o755);
    }
    return dirname(bin);
  }

  test("a JDK: its own variable counts alone, then JAVA_HOME, then the PATH", async () => {
    const [old, right] = [jdk("old", 11), jdk("right", 17)];

    expect(await findJava(wish, { ENGINE_JAVA_HOME: right, JAVA_HOME: old })).toEqual({
      home: right,
      version: 17,
    });
    expect(await findJava(wish, { JAVA_HOME: right })).toEqual({ home: right, version: 17 });
    expect(await findJava(wish, { JAVA_HOME: old, PATH: join(right, "bin") })).toEqual({
      home: right,
      version: 17,
    });
    await expect(findJava(wish, { ENGINE_JAVA_HOME: old, JAVA_HOME: right })).rejects.toThrow(
      `An engine needs a JDK 17 to 23; found: ${old} (version 11). Install one, or set ENGINE_JAVA_HOME to its folder`,
    );
    await expect(findJava(wish, { ENGINE_JAVA_HOME: jdk("new", 25) })).rejects.toThrow(/\(version 25\)/);
    await expect(findJava(wish, { ENGINE_JAVA_HOME: folder })).rejects.toThrow(/\(no JDK\)/);
  });

  test("Maven: without it, and when it fails, nothing is left behind", async () => {
    const target = join(folder, "downloads");
    const asked = download(["org.example:absent:1:jar"], target, { variables: { PATH: folder } });
    await expect(asked).rejects.toThrow(OperatorError);
    await expect(asked).rejects.toThrow("mvn is not on this machine: install Apache Maven 3");

    writeFileSync(join(folder, "mvn"), "#!/bin/sh\necho could not find absent\nexit 1\n", { mode: 0o755 });
    await expect(
      download(["org.example:absent:1:jar"], target, { variables: { PATH: `${folder}:/bin:/usr/bin` } }),
    ).rejects.toThrow("Maven could not download the engine:\ncould not find absent");
    expect(readdirSync(folder)).toEqual(["mvn"]);
  });

  test("a cache: of its variable, of the standard's, of the user", () => {
    expect(cacheFolder({ RETAIL_BI_CACHE: "/x" })).toBe("/x");
    if (process.getuid?.() === 0) expect(cacheFolder({})).toBe("/var/cache/retail-bi");
    else expect(cacheFolder({ XDG_CACHE_HOME: "/y" })).toBe("/y/retail-bi");
  });
});

describe("killWithParent", () => {
  const PROGRAM = `
    const { spawn } = require("node:child_process");
    const { killWithParent } = require(${JSON.stringify(join(__dirname, "../../lib/kill-with-parent.ts"))});
    const engine = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
    killWithParent(engine);
    console.log(engine.pid);
    setInterval(() => undefined, 1000);
  `;
  let parent: ChildProcess | undefined;
  afterEach(() => parent?.kill("SIGKILL"));

  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test.each(["SIGKILL", "SIGTERM"] as const)("ends the engine when the run dies of %s", async (signal) => {
    const running = spawn(process.execPath, ["--import", "tsx", "--eval", PROGRAM], {
      cwd: join(__dirname, "../.."),
      stdio: ["ignore", "pipe", "inherit"],
    });
    parent = running;
    const pid = await new Promise<number>((resolve) =>
      createInterface({ input: running.stdout }).once("line", (line) => resolve(Number(line))),
    );
    expect(isAlive(pid)).toBe(true);

    running.kill(signal);

    await eventually(() => expect(isAlive(pid)).toBe(false), 10_000);
  });
});
