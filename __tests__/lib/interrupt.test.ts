import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { SAME_SIGNAL_MS } from "../../lib/interrupt";

const ROOT = join(__dirname, "../..");

/** A program that says `ready` and goes on for a minute, unless a signal ends it. @param body what it does before */
function program(body: string) {
  const source = `
    import { beforeInterrupt } from "./lib/interrupt";
    setTimeout(() => undefined, 60_000);
    ${body}
    process.stdout.write("ready\\n");`;
  const child = spawn(process.execPath, ["--import", "tsx", "--eval", source, "--input-type=module"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: string[] = [];
  const lines = [child.stdout, child.stderr].map((input) => createInterface({ input }));
  for (const each of lines) each.on("line", (line) => said.push(line));
  const ready = new Promise<void>((resolve) => {
    lines[0]?.on("line", (line) => line === "ready" && resolve());
  });
  return { child, said, ready, ended: once(child, "exit") };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s waits for every cleanup, says what failed, and ends with 130",
  async (signal) => {
    const { child, said, ready, ended } = program(`
    beforeInterrupt(async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      process.stdout.write("stopped\\n");
    });
    beforeInterrupt(async () => { throw new Error("the other could not be stopped"); });
    beforeInterrupt(async () => void process.stdout.write("forgotten\\n"))();`);
    await ready;
    child.kill(signal);
    expect(await ended).toEqual([130, null]);
    expect(said.sort()).toEqual(["ready", "stopped", "the other could not be stopped"]);
  },
);

test("a second Ctrl-C ends it at once, and so does the first where nothing is left to do", async () => {
  const stuck = program(`
    beforeInterrupt(() => {
      process.stdout.write("stopping\\n");
      return new Promise(() => undefined);
    });`);
  const idle = program("beforeInterrupt(async () => undefined)();");
  await Promise.all([stuck.ready, idle.ready]);
  idle.child.kill("SIGINT");
  stuck.child.kill("SIGINT");
  const stopping = once(stuck.child.stdout, "data");
  await stopping;
  await sleep(SAME_SIGNAL_MS + 100);
  stuck.child.kill("SIGINT");
  expect(await Promise.all([stuck.ended, idle.ended])).toEqual([
    [null, "SIGINT"],
    [null, "SIGINT"],
  ]);
});

test("the copy that npm makes of a Ctrl-C ends nothing, also when the cleanup has forgotten itself", async () => {
  const { child, said, ready, ended } = program(`
    const forget = beforeInterrupt(async () => {
      process.stdout.write("stopping\\n");
      forget();
      await new Promise((resolve) => setTimeout(resolve, 300));
      process.stdout.write("stopped\\n");
    });`);
  await ready;
  const stopping = once(child.stdout, "data");
  child.kill("SIGINT");
  await stopping;
  child.kill("SIGINT");
  expect(await ended).toEqual([130, null]);
  expect(said).toEqual(["ready", "stopping", "stopped"]);
});

test("standard error that breaks is a first Ctrl-C, and never a second one", async () => {
  const { child, said, ready, ended } = program(`
    const { heedOutputs } = await import("./lib/outputs");
    heedOutputs();
    beforeInterrupt(async () => {
      process.stderr.write("stopping\\n");
      await new Promise((resolve) => setTimeout(resolve, ${SAME_SIGNAL_MS + 100}));
      process.stderr.write("is of no interest\\n");
      await new Promise((resolve) => setTimeout(resolve, 100));
      process.stdout.write("stopped\\n");
    });
    setInterval(() => process.stderr.write("working\\n"), 50);`);
  await ready;
  child.stderr.destroy();
  expect(await ended).toEqual([130, null]);
  expect(said.filter((line) => line !== "working")).toEqual(["ready", "stopped"]);
});
