const integrationTests = require("./__tests__/support/integration-tests.json");
const { testPathIgnorePatterns, coverageThreshold, ...shared } = require("./jest.config.js");

/**
 * The files and folders that `npm test` leaves out: they start processes, Terraform, compilers or DuckDB, serve over
 * HTTP to real clients, synthesize dozens of environments, generate millions of rows, or search a space of cases for
 * many seconds.
 * @type {import("jest").Config}
 */
module.exports = {
  ...shared,
  testTimeout: 300_000,
  testMatch: integrationTests.map(
    (path) => `<rootDir>/__tests__/${path}${path.endsWith("/") ? "**/*.test.ts" : ""}`,
  ),
};
