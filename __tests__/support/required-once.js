/** Makes a package's file one that Node loads, once for all test files of a worker; see environment.js. */
module.exports = {
  process(_source, filename) {
    return { code: `module.exports = requireOnce(${JSON.stringify(filename)});` };
  },
};
