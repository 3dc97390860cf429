import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer, request as httpRequest, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../benchmarks/support/eventually";
import { targetOfEnvironment } from "../../ops/target/environment";
import { PROJECT_ROOT } from "../../ops/terraform/stack-folder";
import { explainCliError } from "../../ops/tunnel/cli-errors";
import { runTunnel, welcome } from "../../ops/tunnel/run";
import { openSession, type SessionOptions } from "../../ops/tunnel/session";
import {
  type CliState,
  callerIdentity,
  folderOf,
  installFakeAws,
  isAlive,
  wayAnswers,
} from "../support/fake-aws";
import {
  type EndpointRequest,
  sdkEnvironment,
  setEnvironment,
  startEndpoint,
} from "../support/fake-endpoint";
import { selfSigned } from "../support/self-signed";
import { KEY, REGION, startDomain } from "../support/verifying-domain";

const HOST = "vpc-salesv1-0123.eu-west-1.es.amazonaws.com";
const TARGET = { instanceId: "i-0123456789abcdef0", host: HOST, region: REGION };
const ACCOUNT = "123456789012";
/** Below the ports that a system gives to clients, and not another test's. */
const PORT = 14_740;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

/** Stand-ins of CLI and plugin in the given state, removed after the test. */
function fakeAws(state: CliState, programs?: Parameters<typeof installFakeAws>[0]) {
  const fake = installFakeAws(programs);
  fake.setState(state);
  cleanUp.push(fake.remove);
  return fake;
}

/** A session by the stand-ins, and what it said. */
async function session(state: CliState, change: Partial<SessionOptions> = {}) {
  const fake = fakeAws(state);
  const said: string[] = [];
  const opened = await openSession({
    target: TARGET,
    variables: { PATH: fake.folder },
    say: (line) => said.push(line),
    backoffMs: [10, 10],
    ...change,
  });
  cleanUp.push(() => opened.close());
  return { fake, said, opened };
}

/** A server of plain text, and its port. */
async function textServer(content: string): Promise<number> {
  const server = createServer((_, response) => response.end(content));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUp.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

function read(port: number, path = "/", headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest({ host: "127.0.0.1", port, path, headers, agent: false }, resolve)
      .once("error", reject)
      .end();
  });
}

/** Waits until it holds. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 120_000; !holds(); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 120 s`);
  }
}

describe("a session", () => {
  test("leads through the bastion to port 443 of the domain, and ends with everything that carried it", async () => {
    const { fake, opened, said } = await session({ forwardTo: await textServer("domain") });

    expect(await text(await read(opened.port()))).toBe("domain");
    expect(fake.calls()).toEqual([
      [
        ...["ssm", "start-session", "--region", REGION, "--target", TARGET.instanceId],
        ...["--document-name", "AWS-StartPortForwardingSessionToRemoteHost"],
        ...["--parameters", JSON.stringify({ host: [HOST], portNumber: ["443"] })],
      ],
    ]);
    const [plugin = 0] = fake.plugins();
    expect(isAlive(plugin)).toBe(true);
    await opened.close();
    expect(isAlive(plugin)).toBe(false);
    expect(await opened.over).toBeUndefined();
    expect(said).toEqual([]);
  });

  test("that drops is opened again; meanwhile requests are told so", async () => {
    const { fake, opened, said } = await session({ forwardTo: await textServer("domain") });
    const [first = 0] = fake.plugins();

    process.kill(first, "SIGKILL");
    await until("the drop", () => said.length > 0);
    expect(() => opened.port()).toThrow(/has dropped and is being reopened: try again in a moment/);
    await until("the second session", () => said.includes("the session is open again"));

    expect(said[0]).toMatch(/^the session to the bastion has dropped: /);
    expect(await text(await read(opened.port()))).toBe("domain");
    expect(fake.plugins()).toHaveLength(2);
  });

  test("that cannot be opened again ends, with the reason", async () => {
    const { fake, opened, said } = await session({ forwardTo: 1 });
    fake.setState({
      answers: {
        ssm: { exitCode: 254, stderr: "An error occurred (TargetNotConnected): i-0 is not connected." },
      },
    });

    for (const plugin of fake.plugins()) process.kill(plugin, "SIGKILL");
    const failure = await opened.over;

    expect(failure?.message).toMatch(
      /^the session dropped and cannot be reopened: there is no session to the bastion: the bastion is not connected to Session Manager: .*TargetNotConnected/,
    );
    expect(said.filter((line) => line.startsWith("reopening the session"))).toEqual([
      "reopening the session in 0.01 s (1 of 2)",
      "reopening the session in 0.01 s (2 of 2)",
    ]);
  });

  test("may be closed while it is being opened again", async () => {
    const { fake, opened, said } = await session({ forwardTo: 1 }, { backoffMs: [60_000] });
    for (const plugin of fake.plugins()) process.kill(plugin, "SIGKILL");
    await until("the drop", () => said.length === 2);

    await opened.close();
    expect(await opened.over).toBeUndefined();
  });

  test("whose plugin does not hear Ctrl-C is ended all the same", async () => {
    const { fake, opened } = await session({ forwardTo: 1, plugin: { stubborn: true } });
    await opened.close();
    // Its parent is gone before it: somebody else has to notice its end.
    await until("its end", () => !fake.plugins().some(isAlive));
  });

  test("that does not open is ended by Ctrl-C", async () => {
    const fake = fakeAws({ plugin: { silent: true } });
    const stop = new AbortController();
    const opening = openSession({
      ...{ target: TARGET, variables: { PATH: fake.folder }, say: () => {} },
      signal: stop.signal,
    });
    await until("the plugin", () => fake.plugins().length > 0);
    stop.abort();
    await expect(opening).rejects.toThrow("there is no session to the bastion");
    expect(fake.plugins().filter(isAlive)).toEqual([]);
  });

  test("that does not open in time is ended, and said", async () => {
    const fake = fakeAws({ plugin: { silent: true } });
    const opening = openSession({
      ...{ target: TARGET, variables: { PATH: fake.folder }, say: () => {} },
      openingMs: 1_000,
    });
    await expect(opening).rejects.toThrow("the session did not open within 1 s: the AWS CLI gives no reason");
    expect(fake.plugins().filter(isAlive)).toEqual([]);
  });

  test("needs the AWS CLI, and that its plugin", async () => {
    const none = fakeAws({}, []);
    const alone = fakeAws({}, ["aws"]);
    const open = (PATH: string) => openSession({ target: TARGET, variables: { PATH }, say: () => {} });
    await expect(open(none.folder)).rejects.toThrow(
      /^aws is not on this machine: install the AWS CLI \(https:.*\) and its Session Manager plugin$/,
    );
    await expect(open(alone.folder)).rejects.toThrow(
      /^there is no session to the bastion: the AWS CLI lacks its Session Manager plugin: install it \(https:/,
    );
  });

  test("that the bastion cannot carry on to the domain says so", async () => {
    const words = "Connection to destination port failed, check SSM Agent logs.";
    await expect(session({ plugin: { says: words } })).rejects.toThrow(
      /the bastion does not reach the domain: see the domain's security group \(the AWS CLI says: Connection to/,
    );
  });
});

describe("what the AWS CLI says is explained", () => {
  test.each<[string, RegExp]>([
    [
      "An error occurred (AccessDeniedException) when calling the StartSession operation: x",
      /^your role may not/,
    ],
    [
      "An error occurred (UnauthorizedOperation) when calling the DescribeInstances operation",
      /^your role may/,
    ],
    [
      "An error occurred (ExpiredTokenException) when calling the StartSession operation",
      /^your credentials have/,
    ],
    [
      "Error when retrieving token from sso: Token has expired and refresh failed",
      /^your credentials have expired/,
    ],
    [
      "An error occurred (RequestExpired) when calling the DescribeInstances operation",
      /^your credentials have/,
    ],
    [
      "An error occurred (InvalidSignatureException): Signature not yet current: 20261125T1 is still later than",
      /^the clock of this machine is wrong/,
    ],
    [
      "An error occurred (InvalidSignatureException): Signature expired: 20261125T1 is now earlier",
      /^the clock/,
    ],
    [
      'Unable to locate credentials. You can configure credentials by running "aws configure".',
      /^there are no/,
    ],
    [
      "An error occurred (UnrecognizedClientException): The security token is invalid",
      /^AWS does not know these/,
    ],
    ["The config profile (shop) could not be found", /^AWS_PROFILE names a profile/],
    [
      'Could not connect to the endpoint URL: "https://ssm.eu-west-1.amazonaws.com/"',
      /^AWS cannot be reached/,
    ],
  ])("%s", (words, meaning) => {
    expect(explainCliError(`\n${words}\n`)).toMatch(meaning);
    expect(explainCliError(words)).toContain(`(the AWS CLI says: ${words})`);
  });

  test("what is new is passed on, and silence is named", () => {
    expect(explainCliError(" Something new \n")).toBe("Something new");
    expect(explainCliError("")).toBe("the AWS CLI gives no reason");
  });
});

/** Plays the services that are asked: STS by the tunnel itself, the rest by the AWS CLI. */
function awsServices({ method, path, headers, body }: EndpointRequest): { status?: number; body?: string } {
  const target = headers["x-amz-target"];
  if (body.includes("Action=GetCallerIdentity")) return { body: callerIdentity(ACCOUNT) };
  if (body.includes("Action=DescribeInstances")) {
    const state = "<instanceState><code>16</code><name>running</name></instanceState>";
    const instance = `<instancesSet><item><instanceId>${TARGET.instanceId}</instanceId>${state}</item></instancesSet>`;
    return {
      body: `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet><item>${instance}</item></reservationSet></DescribeInstancesResponse>`,
    };
  }
  if (method === "GET" && path === "/2021-01-01/opensearch/domain/salesv1") {
    return { body: JSON.stringify({ DomainStatus: { DomainName: "salesv1", Endpoints: { vpc: HOST } } }) };
  }
  if (target === "AmazonSSM.TerminateSession") return { body: JSON.stringify({ SessionId: "me-0123" }) };
  if (target === "AmazonSSM.StartSession") {
    return { body: JSON.stringify({ SessionId: "me-0123", TokenValue: "t", StreamUrl: "wss://x" }) };
  }
  return {
    status: 400,
    body: `{"__type":"UnknownOperationException","message":"${method} ${path} ${target}"}`,
  };
}

describe("npm run tunnel", () => {
  const realCli = folderOf("aws");

  /** The command without its process, with stand-ins. */
  async function run(
    fake: ReturnType<typeof fakeAws>,
    { account = ACCOUNT, environment = "dev", port = 0, services = awsServices } = {},
  ) {
    const sts = await startEndpoint(services);
    const variables = {
      ...sdkEnvironment(sts.url),
      PATH: fake.folder,
      RETAIL_BI_LOCATION_FILE: join(fake.folder, "location.json"),
      ...(account !== "" && { RETAIL_BI_DEV_ACCOUNT_ID: account }),
    };
    cleanUp.push(setEnvironment(variables), sts.close);
    const said: string[] = [];
    const signal = AbortSignal.timeout(20_000);
    const target = targetOfEnvironment(environment, variables);
    await runTunnel({ target, port, variables, say: (line) => said.push(line), signal });
    return said;
  }

  test.each<[string, CliState, Parameters<typeof run>[1], RegExp]>([
    [
      "an environment that there is not",
      {},
      { environment: "test" },
      /^there is no environment "test"; there are dev, prod$/,
    ],
    [
      "an account that nobody has named",
      {},
      { account: "" },
      /set RETAIL_BI_DEV_ACCOUNT_ID, or run npm run bootstrap -- dev$/,
    ],
    [
      "credentials of another account",
      {},
      { account: "999999999999" },
      /^dev is in account 999999999999, and your credentials belong to 123456789012: set AWS_PROFILE/,
    ],
    [
      "a domain that is not there",
      {
        answers: {
          opensearch: {
            exitCode: 254,
            stderr: "An error occurred (ResourceNotFoundException): Domain not found: salesv1",
          },
        },
      },
      {},
      /^the domain salesv1 in eu-west-1 cannot be found: .*Domain not found/,
    ],
    [
      "a domain that is being made",
      { answers: { ...wayAnswers(HOST), opensearch: { stdout: '{"DomainStatus":{"Processing":true}}' } } },
      {},
      /has no endpoint yet: it is being created/,
    ],
    [
      "no permission to look",
      { answers: { opensearch: { exitCode: 254, stderr: "An error occurred (AccessDeniedException)" } } },
      {},
      /your role may not do that; docs\/operations\.md/,
    ],
    [
      "no bastion",
      { answers: { ...wayAnswers(HOST), ec2: { stdout: '{"Reservations":[]}' } } },
      {},
      /^there is no bastion retail-bi-bastion in eu-west-1: set bastion\.enabled to true in environments\/dev\.ts and deploy/,
    ],
    [
      "a bastion that is stopped",
      { answers: wayAnswers(HOST, "stopped") },
      {},
      /is stopped: start it with `aws ec2 start-instances --region eu-west-1 --instance-ids i-0123456789abcdef0`, and wait 2 minutes$/,
    ],
    [
      "a bastion that starts",
      { answers: wayAnswers(HOST, "pending") },
      {},
      /^the bastion retail-bi-bastion \(i-0123456789abcdef0\) is pending: it is starting; wait 2 minutes$/,
    ],
    [
      "a bastion that is being stopped",
      { answers: wayAnswers(HOST, "stopping") },
      {},
      /is stopping: wait until it is stopped with `aws ec2 wait instance-stopped (--region \S+ --instance-ids i-0123456789abcdef0)`, start it with `aws ec2 start-instances \1`/,
    ],
    [
      "a bastion that is gone",
      { answers: wayAnswers(HOST, "terminated") },
      {},
      /^there is no bastion retail-bi-bastion in eu-west-1: set bastion\.enabled to true/,
    ],
  ])("explains %s", async (_, state, change, words) => {
    await expect(run(fakeAws(state), change)).rejects.toThrow(words);
  });

  test("explains a port that is taken, and leaves no session behind", async () => {
    const taken = await textServer("another");
    const fake = fakeAws({ answers: wayAnswers(HOST), forwardTo: 1 });
    const words = new RegExp(`^port ${taken} of the tunnel is taken .* with --port$`);
    await expect(run(fake, { port: taken })).rejects.toThrow(words);
    expect(fake.plugins()).toHaveLength(1);
    expect(fake.plugins().filter(isAlive)).toEqual([]);
  });

  test("explains credentials that have expired", async () => {
    const error =
      "<Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message>";
    const services = () => ({
      status: 403,
      body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>${error}</Error></ErrorResponse>`,
    });
    await expect(run(fakeAws({}), { services })).rejects.toThrow(
      /^AWS did not identify these credentials \(The security token .* is expired\): sign in, for example with `aws sso login`/,
    );
  });

  const isMissing = realCli !== undefined && folderOf("session-manager-plugin") === undefined;
  (isMissing ? test : test.skip)(
    `explains that the AWS CLI of this machine lacks its plugin${isMissing ? "" : " (NOT RUN: there is no such CLI here)"}`,
    async () => {
      const services = await startEndpoint(awsServices);
      const none = fakeAws({}, []);
      cleanUp.push(services.close);
      const opening = openSession({
        target: TARGET,
        variables: { ...sdkEnvironment(services.url), PATH: `${none.folder}:${process.env["PATH"]}` },
        say: () => {},
      });
      await expect(opening).rejects.toThrow(
        /the AWS CLI lacks its Session Manager plugin: .*SessionManagerPlugin is not found/,
      );
    },
  );

  test("says what to do with it, and where SAML takes people", () => {
    const open = { url: "http://127.0.0.1:9200", host: HOST };
    expect(welcome({ ...open, saml: false }).at(-1)).toBe(
      "OpenSearch Dashboards: http://127.0.0.1:9200/_dashboards (Ctrl-C ends the tunnel)",
    );
    expect(welcome({ ...open, saml: true }).slice(1)).toEqual([
      `OpenSearch Dashboards: https://${HOST}/_dashboards, whose SAML sign-in a tunnel cannot forward (docs/operations.md)`,
      "the engine itself: http://127.0.0.1:9200 (Ctrl-C ends the tunnel)",
    ]);
  });

  test.each([
    ["a stand-in of the AWS CLI", undefined],
    ...(realCli === undefined ? [] : [["the AWS CLI of this machine", realCli] as const]),
  ] as const)(
    "by %s, and a stand-in of its plugin: signed to the domain over TLS, through a drop, to Ctrl-C",
    async (_, cliFolder) => {
      const identity = selfSigned(HOST);
      const domain = await startDomain(
        () => ({ headers: { "set-cookie": "a=1; Secure" }, body: '{"ok":true}' }),
        identity,
      );
      const services = await startEndpoint(awsServices);
      const fake = fakeAws(
        { forwardTo: domain.port, ...(cliFolder === undefined && { answers: wayAnswers(HOST) }) },
        cliFolder === undefined ? undefined : ["session-manager-plugin"],
      );
      const certificate = join(fake.folder, "ca.pem");
      writeFileSync(certificate, identity.cert);
      const child = spawn(
        process.execPath,
        ["--import", "tsx", "ops/tunnel/cli.ts", "dev", "--port", String(PORT)],
        {
          cwd: PROJECT_ROOT,
          env: {
            ...process.env,
            PATH: [fake.folder, ...(cliFolder === undefined ? [] : [process.env["PATH"]])].join(":"),
            AWS_ENDPOINT_URL: services.url,
            AWS_ACCESS_KEY_ID: KEY.accessKeyId,
            AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
            AWS_SESSION_TOKEN: KEY.sessionToken,
            AWS_PROFILE: undefined,
            RETAIL_BI_DEV_ACCOUNT_ID: ACCOUNT,
            NODE_EXTRA_CA_CERTS: certificate,
          },
          stdio: ["ignore", "ignore", "pipe"],
        },
      );
      const said: string[] = [];
      createInterface({ input: child.stderr }).on("line", (line) => said.push(line));
      const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
      cleanUp.push(domain.close, services.close, () => {
        child.kill("SIGKILL");
        // Killed like this, it leaves its session behind.
        for (const plugin of fake.plugins().filter(isAlive)) process.kill(plugin, "SIGKILL");
      });

      await until("the URL", () => {
        if (child.exitCode !== null) throw new Error(said.join("\n"));
        return said.some((line) => line.startsWith("OpenSearch Dashboards: "));
      });
      expect(said).toEqual([
        `opening a session through ${TARGET.instanceId} to ${HOST}`,
        `requests are signed with your credentials and forwarded to ${HOST}`,
        `OpenSearch Dashboards: http://127.0.0.1:${PORT}/_dashboards (Ctrl-C ends the tunnel)`,
      ]);

      const answer = await read(PORT, "/_dashboards/api/status", { "osd-xsrf": "true" });
      expect([answer.statusCode, answer.headers["set-cookie"], await text(answer)]).toEqual([
        200,
        ["a=1"],
        '{"ok":true}',
      ]);
      expect(domain.requests).toEqual([
        expect.objectContaining({
          target: "/_dashboards/api/status",
          serverName: HOST,
          headers: expect.objectContaining({ host: HOST, "osd-xsrf": "true" }),
        }),
      ]);
      expect((await read(PORT, "/", { host: "evil.example" })).statusCode).toBe(403);
      expect(domain.requests).toHaveLength(1);

      for (const plugin of fake.plugins()) process.kill(plugin, "SIGKILL");
      // Another process reopens it a second later, so it is asked from the kill on.
      await eventually(async () => {
        const meanwhile = await read(PORT);
        expect([meanwhile.statusCode, await text(meanwhile)]).toEqual([
          503,
          expect.stringMatching(/try again/),
        ]);
      });
      await until("the drop", () => said.some((line) => line.includes("has dropped")));
      await until("the second session", () => said.includes("the session is open again"));
      expect((await read(PORT, "/_cat/indices")).statusCode).toBe(200);

      child.kill("SIGINT");
      expect(await ended).toBe(0);
      expect(said.at(-1)).toBe("the tunnel is closing");
      expect(fake.plugins()).toHaveLength(2);
      expect(fake.plugins().filter(isAlive)).toEqual([]);
    },
  );
});
