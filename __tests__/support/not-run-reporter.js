/** Names the tests that were skipped at the end of a run, where jest's own reporter gives their number alone. */
module.exports = class NotRunReporter {
  /** @param {import("jest").Config} globalConfig */
  constructor(globalConfig) {
    this.globalConfig = globalConfig;
  }

  onRunComplete(_contexts, { testResults }) {
    // Who asks for some tests by name knows that the others do not run.
    if (this.globalConfig.testNamePattern) return;
    const skipped = testResults.flatMap(({ testResults: tests }) =>
      tests.filter(({ status }) => status === "pending").map(({ fullName }) => fullName),
    );
    if (skipped.length === 0) return;
    process.stderr.write(`\nNot run:\n${skipped.map((name) => `  ${name}\n`).join("")}`);
  }
};
