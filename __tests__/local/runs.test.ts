import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../lib/exit";
import { OperatorError } from "../../lib/operator-error";
import { exportLines, RUN_STATE_FORMAT, type RunState, runVariables } from "../../local/runs/run-state";
import { chooseRun, findRuns, stateFile, stateFolder } from "../../local/runs/state-files";

let folder = "";

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "retail-bi-runs-")), "deep", "runs");
});

afterEach(() => rmSync(join(folder, "..", ".."), { recursive: true }));

function state(changes: Partial<RunState> = {}): RunState {
  return {
    format: RUN_STATE_FORMAT,
    pid: process.pid,
    startedAt: 1_000,
    name: "dev",
    dataDir: "/data",
    region: "eu-west-1",
    accountId: "000000000000",
    timeScale: 12,
    settleMs: 75_000,
    endpoints: { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:4571" },
    searchUrl: "http://127.0.0.1:4573",
    contract: "InvoiceDate,InvoiceDate:s!",
    stream: { name: "retail-trans", retentionHours: 24 },
    lakeBucket: "lake",
    functions: [],
    schedules: [],
    failedInvocations: [],
    ...changes,
  };
}

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "close");
  return child.pid ?? 0;
}

test("the folder is that of XDG_STATE_HOME, or what the platform has", () => {
  expect(stateFolder({ XDG_STATE_HOME: "/state" }, "linux")).toBe("/state/retail-bi/runs");
  expect(stateFolder({ XDG_STATE_HOME: "relative" }, "linux")).toBe(
    join(homedir(), ".local/state/retail-bi/runs"),
  );
  expect(stateFolder({}, "darwin")).toBe(join(homedir(), "Library/Application Support/retail-bi/runs"));
  expect(stateFolder({ LOCALAPPDATA: "/local" }, "win32")).toBe("/local/retail-bi/runs");
});

test("a run's file is for its owner alone, whole at any time, and gone at the end", () => {
  const file = stateFile(folder);
  file.write(state());
  file.write(state({ timeScale: 60 }));

  expect(readdirSync(folder)).toEqual([`${process.pid}.json`]);
  expect(statSync(join(folder, `${process.pid}.json`)).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(findRuns(folder)).toEqual({ running: [state({ timeScale: 60 })], ended: [] });

  file.remove();
  file.remove();
  expect(readdirSync(folder)).toEqual([]);
});

test("no folder is no run", () => {
  expect(findRuns(folder)).toEqual({ running: [], ended: [] });
  expect(() => chooseRun({ running: [] }, undefined)).toThrow(OperatorError);
  expect(() => chooseRun({ running: [] }, "12")).toThrow(new UsageError("--run 12: no run is there"));
});

test("a run that ends by itself while it is looked at is not said to be killed", () => {
  const file = stateFile(folder);
  file.write(state());
  jest.spyOn(process, "kill").mockImplementation(() => {
    file.remove();
    throw Object.assign(new Error("kill ESRCH"), { code: "ESRCH" });
  });
  try {
    expect(findRuns(folder)).toEqual({ running: [], ended: [] });
  } finally {
    jest.restoreAllMocks();
  }
});

test("a run that was killed is said, and its file removed; the next run's start removes it, too", async () => {
  const pid = await deadPid();
  stateFile(folder, pid).write(state({ pid }));
  writeFileSync(join(folder, `${pid}.json.new`), "{");
  writeFileSync(join(folder, "notes.txt"), "");

  expect(findRuns(folder)).toEqual({
    running: [],
    ended: [`the run of process ${pid} was killed; its state file is removed`],
  });
  expect(readdirSync(folder)).toEqual(["notes.txt"]);

  stateFile(folder, pid).write(state({ pid }));
  stateFile(folder).write(state());
  expect(existsSync(join(folder, `${pid}.json`))).toBe(false);
});

test("a file that is damaged or of another version is named, and not removed", () => {
  const path = join(folder, `${process.pid}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, "{");
  expect(() => findRuns(folder)).toThrow(`${path} is damaged`);
  writeFileSync(path, JSON.stringify({ ...state(), format: 0 }));
  expect(() => findRuns(folder)).toThrow(`${path} was written by another version`);
  expect(existsSync(path)).toBe(true);
});

describe("of several runs", () => {
  const older = state({ pid: 11, startedAt: 1_000, dataDir: "/older" });
  const newer = state({ pid: 12, startedAt: 2_000, dataDir: tmpdir() });

  test("the newest is found first, and meant", () => {
    // Two files of processes that live: this one, and the one that started it.
    stateFile(folder, process.ppid).write(state({ pid: process.ppid, startedAt: 1 }));
    stateFile(folder).write(state({ startedAt: 2 }));
    expect(findRuns(folder).running.map(({ startedAt }) => startedAt)).toEqual([2, 1]);
    expect(chooseRun({ running: [newer, older] }, undefined)).toBe(newer);
  });

  test("one is chosen by its process, or its data directory, whatever it is called", () => {
    const link = join(folder, "..", "..", "link");
    symlinkSync(tmpdir(), link);
    const running = [older, newer];
    expect(chooseRun({ running }, "11")).toBe(older);
    expect(chooseRun({ running }, "/older/")).toBe(older);
    expect(chooseRun({ running }, link)).toBe(newer);
    expect(() => chooseRun({ running }, "13")).toThrow(
      new UsageError(`--run 13: there is no such run; running: 11 (dev, /older), 12 (dev, ${tmpdir()})`),
    );
  });
});

test("the variables are those that an AWS SDK reads, and the search engine's", () => {
  expect(exportLines(runVariables(state()))).toEqual([
    "export AWS_DEFAULT_REGION=eu-west-1",
    "export AWS_REGION=eu-west-1",
    "export AWS_ACCESS_KEY_ID=local",
    "export AWS_SECRET_ACCESS_KEY=local",
    "export AWS_ENDPOINT_URL_S3=http://127.0.0.1:4571",
    "export OPENSEARCH_URL=http://127.0.0.1:4573",
  ]);
});
