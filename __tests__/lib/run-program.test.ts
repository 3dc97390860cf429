import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SAME_SIGNAL_MS } from "../../lib/interrupt";

const ROOT = join(__dirname, "../..");

/** Terraform, as far as its lock and its interrupts go: the first is said and slow, the second ends it at once. */
const TERRAFORM = `#!/bin/sh
trap 'echo interrupted >>interrupts; trap "echo again >>interrupts; exit 1" INT; sleep $SLOW; rm lock; echo lock released >&2; exit 1' INT
touch lock
echo ready
while :; do sleep 0.1; done
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-program-"));
  writeFileSync(join(folder, "terraform"), TERRAFORM);
  chmodSync(join(folder, "terraform"), 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A command that removes the environment by Terraform, in a group of its own as on a terminal. */
async function running(slow: string) {
  const source = `
    import { Command } from "commander";
    import { ending, runCommand } from "./lib/command";
    import { Terraform } from "./ops/terraform/terraform";
    const terraform = new Terraform(${JSON.stringify(folder)}, {
      program: { command: ${JSON.stringify(join(folder, "terraform"))}, version: "1.11.4" },
      variables: process.env,
    });
    void runCommand(new Command().action(ending(async () => {
      try {
        await terraform.init();
      } catch (error) {
        process.stderr.write(error.message + "\\n");
        await terraform.validate();
      }
      return 0;
    })), []);`;
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", source], {
    cwd: ROOT,
    env: { ...process.env, SLOW: slow },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("it did not start");
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, "close");
  while (!existsSync(join(folder, "lock"))) {
    if (child.exitCode !== null) throw new Error(stderr);
    await sleep(20);
  }
  return { pid, ended, stderr: () => stderr };
}

const interrupts = (): string => readFileSync(join(folder, "interrupts"), "utf8");

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(20);
}

test.each([
  ["SIGINT", "the whole group, as a terminal does", -1],
  ["SIGINT", "the command alone", 1],
  ["SIGTERM", "the command alone", 1],
  ["SIGHUP", "the whole group, as the end of a terminal does", -1],
] as const)("%s to %s: Terraform releases its lock, and is interrupted once", async (signal, _, sign) => {
  const { pid, ended, stderr } = await running("0.3");
  process.kill(sign * pid, signal);
  await until(() => existsSync(join(folder, "interrupts")));
  // npm's copy.
  process.kill(pid, signal);
  expect(await ended).toEqual([130, null]);
  expect(existsSync(join(folder, "lock"))).toBe(false);
  expect(interrupts()).toBe("interrupted\n");
  expect(stderr()).toMatch(/:\nlock released\n.*terraform is not started any more: interrupted\n$/);
});

test("a second Ctrl-C reaches Terraform too, and ends the command at once", async () => {
  const { pid, ended } = await running("2");
  process.kill(-pid, "SIGINT");
  await until(() => existsSync(join(folder, "interrupts")));
  await sleep(SAME_SIGNAL_MS + 100);
  process.kill(-pid, "SIGINT");
  expect(await ended).toEqual([null, "SIGINT"]);
  await until(() => interrupts() === "interrupted\nagain\n");
});
