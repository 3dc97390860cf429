const integrationTests = require("./__tests__/support/integration-tests");
const { testPathIgnorePatterns, coverageThreshold, ...shared } = require("./jest.config.js");

/**
 * What `npm test` leaves out because it starts processes, Terraform or DuckDB, or searches for many seconds.
 * @type {import("jest").Config}
 */
module.exports = {
  ...shared,
  testMatch: integrationTests.map(
    (path) => `<rootDir>/__tests__/${path}${path.endsWith("/") ? "**/*.test.ts" : ""}`,
  ),
};
