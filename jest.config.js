const { availableParallelism } = require("node:os");
// First of all: workers are started with it.
require("./__tests__/support/time-zone");
const integrationTests = require("./__tests__/support/integration-tests.json");
// Loaded and compiled by each test file anew, these took a quarter of all. No package whose errors or process
// variables matter: it does not share those with a test file's own context.
const LOADED_ONCE = "(@cdktf|cdktf|constructs|fast-check|typescript|yaml|zod)";

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "<rootDir>/__tests__/support/environment.js",
  roots: ["<rootDir>/__tests__"],
  testMatch: ["**/*.test.ts"],
  // Each has a configuration of its own: jest.integration.config.js, jest.scenarios.config.js, jest.page.config.js.
  testPathIgnorePatterns: [...integrationTests, "scenarios/", "page/"].map(
    (path) => `<rootDir>/__tests__/${path}`,
  ),
  globalSetup: "<rootDir>/__tests__/support/global-setup.ts",
  globalTeardown: "<rootDir>/__tests__/support/global-teardown.ts",
  reporters: ["default", "<rootDir>/__tests__/support/not-run-reporter.js"],
  setupFilesAfterEnv: ["<rootDir>/__tests__/support/equal-bytes.js"],
  transform: {
    "\\.ts$": "<rootDir>/jest.transform.js",
    [`/node_modules/${LOADED_ONCE}/.*\\.c?js$`]: "<rootDir>/__tests__/support/required-once.js",
  },
  transformIgnorePatterns: [`/node_modules/(?!${LOADED_ONCE}/)`],
  // A global of a test's context is looked up by an interceptor each time. As arguments of a module these cost
  // nothing, and the AWS SDK, which asks for them in every call, needs a fifth less time.
  sandboxInjectedGlobals: ["Object", "Array", "Map", "Math", "JSON"],
  collectCoverageFrom: ["lambdas/**/*.ts", "contract/**/*.ts", "loadgen/**/*.ts"],
  coverageThreshold: { global: { lines: 90 } },
  // Half of the time of the slowest files is waiting, for processes and for clocks.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
  testTimeout: 60_000,
};
