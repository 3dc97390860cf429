/** Names the skipped tests at the end of a run; jest's own reporter gives only their number. */
module.exports = class NotRunReporter {
  /** @param {import("jest").Config} globalConfig */
  constructor(globalConfig) {
    this.globalConfig = globalConfig;
  }

  onRunComplete(_contexts, { testResults }) {
    // A run of tests selected by name skips the others intentionally.
    if (this.globalConfig.testNamePattern) return;
    const skipped = testResults.flatMap(({ testResults: tests }) =>
      tests.filter(({ status }) => status === "pending").map(({ fullName }) => fullName),
    );
    if (skipped.length === 0) return;
    process.stderr.write(`\nNot run:\n${skipped.map((name) => `  ${name}\n`).join("")}`);
  }
};
