import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** Offsets of January and July in minutes: half an hour off UTC, with an hour of daylight saving between. */
const OFFSETS = [210, 150];

const SCRIPT = "[0, 6].map((month) => new Date(2026, month, 1).getTimezoneOffset())";

describe("the tests do not run in UTC", () => {
  test("nor in the process of a test file", () => {
    expect(process.env["TZ"]).toBe("America/St_Johns");
    expect([0, 6].map((month) => new Date(2026, month, 1).getTimezoneOffset())).toEqual(OFFSETS);
  });

  test("nor in a process that a test starts", () => {
    const { stdout } = spawnSync(process.execPath, ["-p", `JSON.stringify(${SCRIPT})`], { encoding: "utf8" });
    expect(JSON.parse(stdout)).toEqual(OFFSETS);
  });

  test("nor in a thread", async () => {
    const worker = new Worker(`require("node:worker_threads").parentPort.postMessage(${SCRIPT})`, {
      eval: true,
    });
    expect(await once(worker, "message")).toEqual([OFFSETS]);
  });
});
