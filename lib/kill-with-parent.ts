import { type ChildProcess, spawn } from "node:child_process";

/**
 * Kills `child` when this process ends, also when it is killed: a shell waits for the end of a pipe that only this
 * process holds, and then kills the child.
 */
export function killWithParent(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const shell = spawn("sh", ["-c", 'read -r _; kill -KILL "$1" 2>/dev/null', "sh", String(child.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    // Ctrl-C must not end the shell before the child.
    detached: true,
  });
  shell.on("error", () => child.kill("SIGKILL"));
  child.once("exit", () => shell.kill("SIGKILL"));
  // Neither keeps this process from ending.
  shell.unref();
  if (shell.stdin && "unref" in shell.stdin && typeof shell.stdin.unref === "function") shell.stdin.unref();
}
