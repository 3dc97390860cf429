/**
 * In place of cdktf's stack-trace.js: each token records the stack of its making, and translating those by source
 * maps was half of the time of the constructs' tests. They are shown only where a token cannot be resolved.
 */
exports.captureStackTrace = () => [];
