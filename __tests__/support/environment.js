const { TestEnvironment } = require("jest-environment-node");

/** Node's environment of jest, with a `require` that loads a package once for all test files of a worker. */
module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    // Each token records the stack of its creation, which is half of a construct's time. cdktf shows it only where a
    // token cannot be resolved.
    require("cdktf/lib/tokens/private/stack-trace").captureStackTrace = () => [];
    this.global.requireOnce = require;
  }
};
