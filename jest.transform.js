const esbuild = require("esbuild");

/** Strips the types and turns modules into CommonJS; `import()` stays, for the packages that are ESM only. */
module.exports = {
  process(source, filename) {
    const { code } = esbuild.transformSync(source, {
      loader: "ts",
      format: "cjs",
      target: "node22",
      platform: "node",
      supported: { "dynamic-import": true },
      sourcemap: "inline",
      sourcefile: filename,
    });
    return { code };
  },
};
