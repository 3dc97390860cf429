// Plays the Session Manager plugin: forwards a free port to the port in state.json.
const { readFileSync, writeFileSync } = require("node:fs");
const { connect, createServer } = require("node:net");
const { join } = require("node:path");

if (process.argv[2] === "--version") {
  console.log("1.2.707.0");
  process.exit();
}
const { forwardTo, plugin } = JSON.parse(readFileSync(join(__dirname, "state.json"), "utf8"));
writeFileSync(join(__dirname, `plugin-${process.pid}`), "");
if (plugin.says !== undefined) {
  console.log(plugin.says);
  process.exit(1);
}
const leave = () => {
  console.log("\n\nExiting session with sessionId: me-0123.\n");
  process.exit();
};
process.on("SIGINT", plugin.stubborn ? () => {} : leave);
process.on("SIGTERM", leave);
const server = createServer((near) => {
  const far = connect(forwardTo, "127.0.0.1");
  near.pipe(far).pipe(near);
  near.on("error", () => far.destroy());
  far.on("error", () => near.destroy());
});
server.listen(0, "127.0.0.1", () => {
  console.log("\nStarting session with SessionId: me-0123");
  if (plugin.silent) return;
  console.log(`Port ${server.address().port} opened for sessionId me-0123.`);
  console.log("Waiting for connections...");
});
