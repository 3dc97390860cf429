const { testPathIgnorePatterns, coverageThreshold, ...shared } = require("./jest.config.js");

/**
 * The local page in a browser, which has to be installed: not part of `npm test`.
 * @type {import("jest").Config}
 */
module.exports = { ...shared, roots: ["<rootDir>/__tests__/page"], testTimeout: 600_000 };
