// Plays the AWS CLI: its answers are in state.json beside it, the calls that it received in calls.jsonl.
const { spawn } = require("node:child_process");
const { appendFileSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const args = process.argv.slice(2);
appendFileSync(join(__dirname, "calls.jsonl"), `${JSON.stringify(args)}\n`);
const answer = JSON.parse(readFileSync(join(__dirname, "state.json"), "utf8")).answers[args[0]];
if (answer !== undefined) {
  process.stdout.write(answer.stdout ?? "");
  process.stderr.write(answer.stderr ?? "");
  process.exitCode = answer.exitCode ?? 0;
} else {
  // Like the real one: signals are for the plugin, and this process ends when the plugin does.
  process.on("SIGINT", () => {});
  const plugin = spawn("session-manager-plugin", ["{}", "eu-west-1", "StartSession"], { stdio: "inherit" });
  plugin.once("error", (error) => {
    process.stderr.write(`\nSessionManagerPlugin is not found. (${error.code})\n`);
    process.exitCode = 255;
  });
  plugin.once("exit", (code) => {
    process.exitCode = code === 0 ? 0 : 255;
  });
}
