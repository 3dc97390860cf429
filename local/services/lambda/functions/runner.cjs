/**
 * The program of a function's process: what Lambda's Node runtime does around a handler. It takes invocations
 * from its parent one at a time and ends when the parent is gone. Plain JavaScript without dependencies, so
 * that a cold start measures the function's bundle and not this file.
 */
"use strict";

const { join } = require("node:path");

const send = (message, then) => process.send({ rssBytes: process.memoryUsage.rss(), ...message }, then);

/** An error as Lambda reports it. Anything can be thrown. */
function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
}

/** Reports a fault that leaves the process in an unknown state, and ends it. */
function die(errorType, error) {
  const report = { ...describe(error), ...(errorType === undefined ? {} : { errorType }) };
  send({ kind: "died", error: report }, () => process.exit(1));
}

function loadHandler() {
  const handler = process.env._HANDLER;
  const dot = handler.lastIndexOf(".");
  const name = handler.slice(dot + 1);
  const exported = require(join(process.env.LAMBDA_TASK_ROOT, handler.slice(0, dot)))[name];
  if (typeof exported === "function") return exported;
  const error = new Error(`${handler} is undefined or not exported`);
  error.name = "Runtime.HandlerNotFound";
  throw error;
}

function contextOf({ requestId, functionArn, deadline }) {
  return {
    awsRequestId: requestId,
    invokedFunctionArn: functionArn,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** Returns the handler's result as JSON. A handler that is not async would answer null on Lambda, so it fails here. */
async function run(handler, invocation) {
  const answer = handler(JSON.parse(invocation.payload), contextOf(invocation));
  if (typeof answer?.then !== "function") {
    throw new TypeError(`${process.env._HANDLER} returned no promise: only async handlers run here`);
  }
  return JSON.stringify((await answer) ?? null);
}

async function invoke(handler, invocation) {
  try {
    send({ kind: "succeeded", payload: await run(handler, invocation) });
  } catch (error) {
    send({ kind: "failed", error: describe(error) });
  }
}

// An interrupt from the terminal reaches the whole group; the parent decides when a function ends.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(0));
process.on("uncaughtException", (error) => die(undefined, error));
process.on("unhandledRejection", (error) => die("Runtime.UnhandledPromiseRejection", error));

try {
  const handler = loadHandler();
  process.on("message", (invocation) => void invoke(handler, invocation));
  send({ kind: "ready" });
} catch (error) {
  die(error?.code === "MODULE_NOT_FOUND" ? "Runtime.ImportModuleError" : undefined, error);
}
