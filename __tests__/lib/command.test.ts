import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { definitionOf, UnknownEnvironmentError } from "../../environments/choose";
import { LocationError } from "../../environments/location";
import { addHelp, ending, failureOf, runCommand } from "../../lib/command";
import { EXIT, type ExitCode, UsageError } from "../../lib/exit";
import { OperatorError } from "../../lib/operator-error";

const ROOT = join(__dirname, "../..");

class FakeProcess {
  exitCode?: number | string | null | undefined = undefined;
  text = "";
  readonly stderr = {
    write: (text: string): void => {
      this.text += text;
    },
  };
}

/** A command with what the project's commands have. */
async function run(args: readonly string[], work: () => ExitCode | Promise<ExitCode> = () => EXIT.ok) {
  const end = new FakeProcess();
  const sub = new Command("look")
    .argument("<environment>", "", (name) => definitionOf(name, {}).name)
    .option("--count <n>", "", (text) => {
      if (!/^\d+$/.test(text)) throw new InvalidArgumentError("A number is wanted.");
      return text;
    })
    .addOption(new Option("--once").conflicts("file"))
    .option("--file <file>")
    .action(ending(work, end));
  await runCommand(new Command("npm run").addCommand(sub), args, end);
  return { code: end.exitCode, text: end.text };
}

test("the codes", () => {
  expect(EXIT).toEqual({ ok: 0, failed: 1, usage: 2, drift: 3, interrupted: 130 });
});

test.each([
  [["look"], "error: missing required argument 'environment'\n"],
  [["look", "dev", "--onc"], "error: unknown option '--onc' (Did you mean --once?)\n"],
  [
    ["look", "dev", "--count", "x"],
    "error: option '--count <n>' argument 'x' is invalid. A number is wanted.\n",
  ],
  [["look", "dev", "--count"], "error: option '--count <n>' argument missing\n"],
  [["look", "dev", "more"], "error: too many arguments for 'look'. Expected 1 argument but got 2.\n"],
  [
    ["look", "dev", "--once", "--file", "x"],
    "error: option '--once' cannot be used with option '--file <file>'\n",
  ],
  [["look", "nosuch"], 'error: there is no environment "nosuch"; there are dev, prod\n'],
  [["lok"], "error: unknown command 'lok' (Did you mean look?)\n"],
])("a wrong command line is one line and code 2: %j", async (args, text) => {
  const work = jest.fn(() => EXIT.ok);
  expect(await run(args, work)).toEqual({ code: EXIT.usage, text });
  expect(work).not.toHaveBeenCalled();
});

test.each([EXIT.ok, EXIT.failed, EXIT.drift, EXIT.interrupted])(
  "%d is what the action says",
  async (code) => {
    expect(await run(["look", "dev"], async () => code)).toEqual({ code, text: "" });
  },
);

test("help is no error", async () => {
  const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  expect(await run(["look", "--help"])).toEqual({ code: EXIT.ok, text: "" });
  expect(write.mock.calls.join("")).toContain("Usage: npm run look");
  write.mockRestore();
});

test("what throws in the middle is a failure", async () => {
  const work = (): never => {
    throw new OperatorError("no Terraform");
  };
  expect(await run(["look", "dev"], work)).toEqual({ code: EXIT.failed, text: "no Terraform\n" });
});

test("an action that never ends has failed until it does", async () => {
  const end = new FakeProcess();
  let finish: (code: ExitCode) => void = () => {};
  const work = (): Promise<ExitCode> =>
    new Promise((resolve) => {
      finish = resolve;
    });
  const running = runCommand(new Command().action(ending(work, end)), [], end);
  await new Promise(setImmediate);
  expect(end.exitCode).toBe(EXIT.failed);
  finish(EXIT.ok);
  await running;
  expect(end.exitCode).toBe(EXIT.ok);
});

const awsError = Object.assign(new Error("it is not there"), { name: "NoSuchBucket", $metadata: {} });

test.each<[unknown, ExitCode, string]>([
  [new UsageError("--from lies after --to"), EXIT.usage, "error: --from lies after --to"],
  [new UnknownEnvironmentError("no"), EXIT.usage, "error: no"],
  [new LocationError("bad file"), EXIT.failed, "bad file"],
  [new Error("refused"), EXIT.failed, "refused"],
  [awsError, EXIT.failed, "NoSuchBucket: it is not there"],
  ["text", EXIT.failed, "text"],
])("%s ends with %d", (error, code, message) => {
  expect(failureOf(error)).toEqual({ code, message });
});

describe("a fault of the program", () => {
  const before = process.env["DEBUG"];
  afterEach(() => {
    if (before === undefined) delete process.env["DEBUG"];
    else process.env["DEBUG"] = before;
  });

  test("is one sentence", () => {
    delete process.env["DEBUG"];
    const { code, message } = failureOf(new TypeError("x is undefined"));
    expect(code).toBe(EXIT.failed);
    expect(message).toBe("TypeError: x is undefined (DEBUG=retail-bi shows where)");
  });

  test("shows where when it is asked, as any error does", () => {
    process.env["DEBUG"] = "other,retail-bi";
    for (const error of [new TypeError("x is undefined"), new Error("refused")]) {
      expect(failureOf(error).message).toMatch(/Error: (x is undefined|refused)\n +at .*command\.test\.ts/);
    }
  });
});

test("the help of every command has the same sections", async () => {
  const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  const sub = addHelp(new Command("look").description("Looks.").option("--json", "JSON", false), {
    codes: { 0: "seen", 1: "not seen" },
    notes: "A note.",
    examples: ["", "--json", "npm start"],
  });
  await runCommand(new Command("npm run").addCommand(sub), ["look", "--help"], new FakeProcess());
  expect(write.mock.calls.join("").split("\n")).toEqual([
    "Usage: npm run look -- [options]",
    "",
    "Looks.",
    "",
    "Options:",
    "  --json      JSON",
    "  -h, --help  display help for command",
    "",
    "Exit codes:",
    "  0     seen",
    "  1     not seen",
    "  2     the command line is wrong",
    "",
    "Notes:",
    "  A note.",
    "",
    "Examples:",
    "  npm run look",
    "  npm run look -- --json",
    "  npm start",
    "",
  ]);
  write.mockRestore();
});

/** What package.json runs as a command of the product. */
const COMMANDS = [
  ...new Set(
    Object.values(
      (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: Record<string, string> })
        .scripts,
    ).flatMap(
      (script) => /^node (?:--import tsx|-- lib\/run-bundled\.cjs) ([\w/]+\/cli\.ts)/.exec(script)?.[1] ?? [],
    ),
  ),
  "__tests__/engines/trino/cli.ts",
];

test("these are they", () => {
  expect([...COMMANDS].sort()).toEqual([
    "__tests__/engines/trino/cli.ts",
    "loadgen/cli.ts",
    "local/cli.ts",
    "local/look/cli.ts",
    "ops/bootstrap/cli.ts",
    "ops/cost/cli.ts",
    "ops/preflight/cli.ts",
    "ops/query/cli.ts",
    "ops/reconcile/cli.ts",
    "ops/recovery/cli.ts",
    "ops/smoke/cli.ts",
    "ops/terraform/cli.ts",
    "ops/trace/cli.ts",
    "ops/tunnel/cli.ts",
  ]);
});

test.each(COMMANDS)("%s ends by the shared codes", (path) => {
  const text = readFileSync(join(ROOT, path), "utf8");
  expect(text).toMatch(/lib\/command"/);
  expect(text).toMatch(/runCommand\(|failureOf\(/);
  // No number of its own, and nothing that lets commander end the process.
  expect(text).not.toMatch(/exitCode = \d|\.exit\(\d|\bEXIT = |(?<!JSON)\.parse(Async)?\(/);
});

test("a reader that stops early ends a command without a stack trace", async () => {
  const child = spawn(process.execPath, ["--import", "tsx", "ops/reconcile/cli.ts", "--help"], { cwd: ROOT });
  child.stdout.destroy();
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, "close");
  expect({ code, stderr }).toEqual({ code: EXIT.failed, stderr: "" });
});

test("standard output that takes no more is one sentence", async () => {
  // Opened for reading only: what is written fails on every system, as on a full disk.
  const full = openSync("/dev/null", "r");
  const child = spawn(process.execPath, ["--import", "tsx", "ops/reconcile/cli.ts", "--help"], {
    cwd: ROOT,
    stdio: ["ignore", full, "pipe"],
  });
  closeSync(full);
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, "close");
  expect({ code, stderr }).toEqual({
    code: EXIT.failed,
    stderr: "error: standard output takes no more: EBADF: bad file descriptor, write\n",
  });
});

test("a command goes on to its end without a reader of its messages", async () => {
  const source = `
    import { Command } from "commander";
    import { ending, runCommand } from "./lib/command";
    void runCommand(new Command().action(ending(async () => {
      for (let count = 0; count < 3; count++) {
        process.stderr.write("a message\\n");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      process.stdout.write("done\\n");
      return 3;
    })), []);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", source], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stderr.destroy();
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  const [code] = await once(child, "close");
  expect({ code, stdout }).toEqual({ code: 3, stdout: "done\n" });
});
