import { execFile, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { strToU8, zipSync } from "fflate";
import type { FunctionModel } from "../../../../local/plan/data-plane";
import { credentialsOf } from "../../../../local/services/credentials";
import { FunctionError } from "../../../../local/services/lambda/functions/function-error";
import {
  type Functions,
  type FunctionsOptions,
  startFunctions,
} from "../../../../local/services/lambda/functions/start-functions";

const ROOT = resolve(__dirname, "../../../..");

/** A handler that does what its event asks for. */
const SOURCE = `
exports.handler = async (event, context) => {
  switch (event.do) {
    case "environment": return process.env;
    case "context": return { ...context, remaining: context.getRemainingTimeInMillis(), pid: process.pid };
    case "echo": return event.value;
    case "nothing": return undefined;
    case "sleep": await new Promise((resolve) => setTimeout(resolve, event.ms)); return process.pid;
    case "spin": for (;;) {}
    case "throw": { const error = new TypeError("no such line"); throw error; }
    case "throw text": throw "plain text";
    case "exit": process.exit(3);
    case "reject aside": Promise.reject(new RangeError("forgotten")); await new Promise(() => {});
    case "throw aside": setTimeout(() => { throw new RangeError("on a timer"); }); await new Promise(() => {});
    case "die later": setTimeout(() => { throw new RangeError("after the answer"); }, 20); return process.pid;
    case "answer of": return "x".repeat(event.bytes - 2);
    case "circle": { const circle = {}; circle.circle = circle; return circle; }
    case "log": process.stdout.write(event.text); process.stderr.write("to stderr\\n"); return null;
    case "require": return Object.keys(require(event.name));
    case "heap": return require("node:v8").getHeapStatistics().heap_size_limit;
    case "arguments": return process.execArgv;
    case "time": return [new Date(2026, 0, 1).toISOString(), new Date(0).getHours()];
  }
};
exports.sync = () => "at once";
`;

const folder = mkdtempSync(join(tmpdir(), "functions-test-"));
const started: Functions[] = [];
let archives = 0;

afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  await Promise.all(started.splice(0).map((functions) => functions.close()));
});

function model(overrides: Partial<FunctionModel> & { source?: string } = {}): FunctionModel {
  const { source = SOURCE, ...rest } = overrides;
  const archivePath = join(folder, `${archives++}.zip`);
  writeFileSync(archivePath, zipSync({ "index.js": strToU8(source) }));
  const name = rest.name ?? "Worker";
  return {
    address: `aws_lambda_function.${name}`,
    name,
    arn: `arn:aws:lambda:eu-west-1:000000000000:function:${name}`,
    roleArn: `arn:aws:iam::000000000000:role/${name}-execution`,
    archivePath,
    handler: "index.handler",
    runtime: "nodejs22.x",
    timeoutSeconds: 10,
    memoryMiB: 256,
    environment: {},
    ...rest,
  };
}

function variablesOf(roleArn: string): Record<string, string> {
  const { accessKeyId, secretAccessKey } = credentialsOf(roleArn);
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

async function start(models: FunctionModel | FunctionModel[], options: Partial<FunctionsOptions> = {}) {
  const list = [models].flat();
  const functions = await startFunctions(list, { baseEnvironment: {}, ...options });
  started.push(functions);
  const arn = list[0]?.arn ?? "";
  return { functions, invoke: (event: unknown) => functions.invoke(arn, event) };
}

/** What the invocation failed with; fails the test if it succeeded. */
async function fault(answer: Promise<unknown>): Promise<FunctionError> {
  const error = await answer.then(
    (value) => new Error(`succeeded with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof FunctionError) return error;
  throw error;
}

function isAlive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  // A zombie is dead: only its parent has not looked yet.
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 5000) throw new Error("waited 5 s in vain");
    await sleep(20);
  }
}

describe("invoking", () => {
  test.each([null, 0, "text", [1, { a: [] }], { "unicode \u2028": "é" }])(
    "returns %j as it is",
    async (value) => {
      const { invoke } = await start(model());
      expect(await invoke({ do: "echo", value })).toEqual(value);
    },
  );

  test("an answer of undefined is null", async () => {
    const { invoke } = await start(model());
    expect(await invoke({ do: "nothing" })).toBeNull();
  });

  test("an unknown ARN is named", async () => {
    const { functions } = await start(model());
    await expect(functions.invoke("arn:of:nothing", {})).rejects.toThrow(
      "function arn:of:nothing does not exist",
    );
  });

  test("gives the context that Lambda gives", async () => {
    const worker = model({ timeoutSeconds: 7 });
    const { invoke } = await start(worker);
    expect(await invoke({ do: "context" })).toEqual({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      callbackWaitsForEmptyEventLoop: true,
      functionName: "Worker",
      functionVersion: "$LATEST",
      invokedFunctionArn: worker.arn,
      logGroupName: "/aws/lambda/Worker",
      logStreamName: "local",
      memoryLimitInMB: "256",
      pid: expect.any(Number),
      remaining: expect.any(Number),
    });
    const { remaining } = (await invoke({ do: "context" })) as { remaining: number };
    expect(remaining).toBeLessThanOrEqual(7000);
    expect(remaining).toBeGreaterThan(6000);
  });

  test("the environment is exactly Terraform's, Lambda's and what the run adds", async () => {
    process.env["SECRET_OF_THE_DEVELOPER"] = "1";
    const { invoke } = await start(model({ environment: { ES_INDEX: "retail" } }), {
      baseEnvironment: { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1" },
    });
    const environment = (await invoke({ do: "environment" })) as Record<string, string>;
    delete process.env["SECRET_OF_THE_DEVELOPER"];
    expect(environment).toEqual({
      ES_INDEX: "retail",
      AWS_ENDPOINT_URL_S3: "http://127.0.0.1:1",
      ...variablesOf("arn:aws:iam::000000000000:role/Worker-execution"),
      AWS_REGION: "eu-west-1",
      AWS_DEFAULT_REGION: "eu-west-1",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
      AWS_LAMBDA_FUNCTION_NAME: "Worker",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/Worker",
      AWS_LAMBDA_LOG_STREAM_NAME: "local",
      LAMBDA_TASK_ROOT: expect.stringContaining("Worker"),
      HOME: environment["LAMBDA_TASK_ROOT"],
      _HANDLER: "index.handler",
      LANG: "en_US.UTF-8",
      PATH: "/usr/local/bin:/usr/bin:/bin",
      TZ: ":UTC",
    });
  });

  test("the clock is UTC's, wherever the machine is", async () => {
    const { invoke } = await start(model());
    expect(await invoke({ do: "time" })).toEqual(["2026-01-01T00:00:00.000Z", 0]);
    expect(new Date(0).getHours()).not.toBe(0);
  });

  test("each role has credentials of its own, the same each time", async () => {
    const keys = async (name: string): Promise<unknown> => {
      const { invoke } = await start(model({ name, roleArn: `arn:aws:iam::000000000000:role/${name}` }));
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = (await invoke({ do: "environment" })) as Record<
        string,
        string
      >;
      return { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
    };
    const one = await keys("One");

    expect(one).toEqual(variablesOf("arn:aws:iam::000000000000:role/One"));
    expect(await keys("Other")).not.toEqual(one);
    expect(await keys("One")).toEqual(one);
  });

  test("the heap is bounded by the function's memory, and nothing of tsx or jest is in the process", async () => {
    const { invoke } = await start(model({ memoryMiB: 512 }));
    expect(await invoke({ do: "arguments" })).toEqual(["--max-old-space-size=460"]);
    expect((await invoke({ do: "heap" })) as number).toBeLessThan(2 ** 30);
  });

  test("a bundle that lacks a package fails, though the project has it", async () => {
    const { invoke } = await start(model());
    expect((await fault(invoke({ do: "require", name: "fflate" }))).errorMessage).toContain(
      "Cannot find module",
    );
  });
});

describe("failing", () => {
  test.each([
    ["throw", "TypeError", "no such line"],
    ["throw text", "string", "plain text"],
    ["circle", "TypeError", "Converting circular structure"],
    ["reject aside", "Runtime.UnhandledPromiseRejection", "forgotten"],
    ["throw aside", "RangeError", "on a timer"],
    ["exit", "Runtime.ExitError", "Runtime exited with error: exit status 3"],
  ])("%s: %s, and the next invocation works", async (what, errorType, message) => {
    const { functions, invoke } = await start(model());
    const error = await fault(invoke({ do: what }));
    expect(error).toMatchObject({ functionName: "Worker", errorType });
    expect(error.errorMessage).toContain(message);
    expect(await invoke({ do: "echo", value: 1 })).toBe(1);
    expect(functions.stats()[0]).toMatchObject({ invocations: 2, failures: 1 });
  });

  test("an error has its trace", async () => {
    const { invoke } = await start(model());
    expect((await fault(invoke({ do: "throw" }))).trace.join("\n")).toMatch(/index\.js:\d+/);
  });

  test.each(["spin", "sleep"])(
    "%s beyond the timeout is killed, and the next one gets a new process",
    async (what) => {
      const { functions, invoke } = await start(model({ timeoutSeconds: 1 }));
      const { pid } = (await invoke({ do: "context" })) as { pid: number };
      const error = await fault(invoke({ do: what, ms: 60_000 }));
      expect(error.errorType).toBe("Sandbox.Timedout");
      expect(error.errorMessage).toMatch(
        /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/,
      );
      expect(await invoke({ do: "sleep", ms: 0 })).not.toBe(pid);
      await until(() => !isAlive(pid));
      expect(functions.stats()[0]).toMatchObject({ coldStarts: 2 });
    },
  );

  test("SIGKILL in the middle is an exit error", async () => {
    const { functions, invoke } = await start(model());
    await invoke({ do: "nothing" });
    const running = fault(invoke({ do: "sleep", ms: 60_000 }));
    process.kill(functions.stats()[0]?.processes[0]?.pid ?? 0, "SIGKILL");
    expect((await running).errorMessage).toMatch(/Runtime exited with error: signal: SIGKILL$/);
  });

  test("a process that was killed while it was idle fails no invocation", async () => {
    const { functions, invoke } = await start(model());
    await invoke({ do: "nothing" });
    process.kill(functions.stats()[0]?.processes[0]?.pid ?? 0, "SIGKILL");
    // It is gone before this process, which stands still meanwhile, can hear of it.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    expect(await invoke({ do: "echo", value: "well" })).toBe("well");
    expect(functions.stats()[0]).toMatchObject({ coldStarts: 2, failures: 0 });
  });

  test("a process that dies between two invocations is logged and replaced", async () => {
    const lines: string[] = [];
    const { functions, invoke } = await start(model(), { onLog: (_, line) => lines.push(line) });
    const pid = await invoke({ do: "die later" });
    await until(() => functions.stats()[0]?.processes.length === 0);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: "ERROR",
        functionName: "Worker",
        errorType: "RangeError",
        message: "after the answer",
      }),
    ]);
    expect(await invoke({ do: "sleep", ms: 0 })).not.toBe(pid);
  });

  test.each([
    ["throw new RangeError('no ES_HOST')", {}, "RangeError", "no ES_HOST"],
    ["require('not-bundled')", {}, "Runtime.ImportModuleError", "not-bundled"],
    ["exports.other = 1", {}, "Runtime.HandlerNotFound", "index.handler is undefined"],
    ["exports.handler = async () => {}", { handler: "main.handler" }, "Runtime.ImportModuleError", "main"],
    ["process.exit(4)", {}, "Runtime.ExitError", "exit status 4"],
    [SOURCE, { handler: "index.sync" }, "TypeError", "only async handlers"],
  ])("code that cannot start (%j) fails each invocation", async (source, overrides, errorType, message) => {
    const { invoke } = await start(model({ source, ...overrides }));
    for (let time = 0; time < 2; time++) {
      const error = await fault(invoke({}));
      expect(error.errorType).toBe(errorType);
      expect(error.errorMessage).toContain(message);
    }
  });
});

describe("payload limits", () => {
  const LIMIT = 6_291_456;

  test.each([
    [LIMIT, "answered"],
    [LIMIT + 1, "refused"],
  ])("an event of %i bytes is %s", async (bytes, outcome) => {
    const { invoke } = await start(model());
    const event = { do: "nothing", padding: "" };
    event.padding = "x".repeat(bytes - JSON.stringify(event).length);
    const answer = invoke(event);
    if (outcome === "answered") expect(await answer).toBeNull();
    else expect((await fault(answer)).errorType).toBe("RequestEntityTooLarge");
  });

  test.each([
    [LIMIT + 100, "taken"],
    [LIMIT + 101, "refused"],
  ])("an answer of %i bytes is %s", async (bytes, outcome) => {
    const { invoke } = await start(model());
    const answer = invoke({ do: "answer of", bytes });
    if (outcome === "taken") expect(await answer).toHaveLength(bytes - 2);
    else expect((await fault(answer)).errorType).toBe("Function.ResponseSizeTooLarge");
  });
});

describe("processes", () => {
  test("one after the other they share a warm process; at once each has its own", async () => {
    const { functions, invoke } = await start(model());
    const first = await invoke({ do: "sleep", ms: 0 });
    expect(await invoke({ do: "sleep", ms: 0 })).toBe(first);
    const together = await Promise.all([1, 2, 3].map(() => invoke({ do: "sleep", ms: 300 })));
    expect(new Set(together).size).toBe(3);
    expect(functions.stats()[0]).toMatchObject({ invocations: 5, failures: 0, coldStarts: 3 });
  });

  test("no more than the bound at a time: the others wait, and all are answered", async () => {
    const { functions, invoke } = await start(model(), { maxProcesses: 2 });
    const pids = await Promise.all(Array.from({ length: 7 }, () => invoke({ do: "sleep", ms: 20 })));
    expect(new Set(pids).size).toBe(2);
    expect(
      functions
        .stats()[0]
        ?.processes.map(({ pid }) => pid)
        .toSorted(),
    ).toEqual([...new Set(pids)].toSorted());
  });

  test("their memory is known", async () => {
    const { functions, invoke } = await start(model());
    await invoke({ do: "nothing" });
    const [stats] = functions.stats();
    expect(stats?.processes[0]?.rssBytes).toBeGreaterThan(10 * 2 ** 20);
    expect(stats?.peakRssBytes).toBe(stats?.processes[0]?.rssBytes);
  });

  test("close kills them, fails what runs or waits, and leaves no files", async () => {
    const { functions, invoke } = await start(model(), { maxProcesses: 1 });
    const environment = (await invoke({ do: "environment" })) as Record<string, string>;
    const pid = functions.stats()[0]?.processes[0]?.pid ?? 0;
    const running = fault(invoke({ do: "spin" }));
    const waiting = fault(invoke({ do: "nothing" }));
    await sleep(50);
    await functions.close();
    expect((await running).errorType).toBe("Runtime.ExitError");
    expect((await waiting).errorMessage).toBe("the functions are stopped");
    expect((await fault(invoke({ do: "nothing" }))).errorMessage).toBe("the functions are stopped");
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(environment["LAMBDA_TASK_ROOT"] ?? "")).toBe(false);
  });

  test("they end with the process that started them, even when it is killed", async () => {
    const script = `
      const { startFunctions } = require("${ROOT}/local/services/lambda/functions/start-functions.ts");
      startFunctions([${JSON.stringify(model())}], { baseEnvironment: {} }).then(async (functions) => {
        console.log(await functions.invoke("arn:aws:lambda:eu-west-1:000000000000:function:Worker", { do: "sleep", ms: 0 }));
        setInterval(() => {}, 1000);
      });`;
    const parent = spawn(process.execPath, ["--import", "tsx", "-e", script], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: folder },
    });
    const pid = await new Promise<number>((done) => parent.stdout.once("data", (data) => done(Number(data))));
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await until(() => !isAlive(pid));
  });

  test("a terminal's interrupt does not reach into an invocation", async () => {
    const { functions, invoke } = await start(model());
    await invoke({ do: "nothing" });
    const running = invoke({ do: "sleep", ms: 200 });
    const pid = functions.stats()[0]?.processes[0]?.pid ?? 0;
    process.kill(pid, "SIGINT");
    expect(await running).toBe(pid);
  });
});

describe("logs and metrics", () => {
  const EMF = {
    _aws: {
      Timestamp: 1,
      CloudWatchMetrics: [
        {
          Namespace: "RetailBI",
          Dimensions: [["FunctionName"]],
          Metrics: [{ Name: "Lines", Unit: "Count" }],
        },
      ],
    },
    FunctionName: "Worker",
  };

  test("lines go to the callback and to a file for each function, whole", async () => {
    const logDir = join(folder, "logs");
    const lines: string[] = [];
    const { functions, invoke } = await start(model(), {
      logDir,
      onLog: (name, line) => lines.push(`${name} ${line}`),
    });
    await invoke({ do: "log", text: "one \u2028 line\nsecond\nunfinished" });
    await functions.close();
    expect(lines.toSorted()).toEqual([
      "Worker one \u2028 line",
      "Worker second",
      "Worker to stderr",
      "Worker unfinished",
    ]);
    expect(readdirSync(logDir)).toEqual(["Worker.log"]);
    expect(readFileSync(join(logDir, "Worker.log"), "utf8").split("\n").toSorted()).toEqual(
      ["", "one \u2028 line", "second", "to stderr", "unfinished"].toSorted(),
    );
  });

  test("embedded metrics are added up; other lines, also broken ones, count for nothing", async () => {
    const { functions, invoke } = await start(model());
    const text = [
      { ...EMF, Lines: 3 },
      { ...EMF, Lines: [4, 2] },
      { message: "CloudWatchMetrics" },
      { ...EMF },
    ]
      .map((line) => `${JSON.stringify(line)}\n`)
      .join("");
    await invoke({ do: "log", text: `${text}{"CloudWatchMetrics": broken\n` });
    await functions.close();
    expect(functions.metrics()).toEqual([
      {
        functionName: "Worker",
        namespace: "RetailBI",
        name: "Lines",
        unit: "Count",
        samples: 3,
        sum: 9,
        max: 4,
      },
    ]);
  });
});

test("no process of ours is left at the end", async () => {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "ppid,args"]);
  const children = stdout.split("\n").filter((line) => line.trim().startsWith(`${process.pid} `));
  expect(children.filter((line) => line.includes("runner.cjs"))).toEqual([]);
});
