const { testPathIgnorePatterns, coverageThreshold, ...shared } = require("./jest.config.js");

/**
 * The whole system under faults, over hours, and as a command: minutes of real waiting, so not part of `npm test`.
 * @type {import("jest").Config}
 */
module.exports = { ...shared, roots: ["<rootDir>/__tests__/scenarios"], testTimeout: 600_000 };
