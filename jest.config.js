/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/__tests__"],
  testMatch: ["**/*.test.ts"],
  transform: { "\\.ts$": "<rootDir>/jest.transform.js" },
  collectCoverageFrom: ["lambdas/**/*.ts", "schema/**/*.ts", "loadgen/**/*.ts"],
  coverageThreshold: { global: { lines: 90 } },
  // On two cores jest would run everything in one process, in turn.
  maxWorkers: "100%",
  testTimeout: 30_000,
};
