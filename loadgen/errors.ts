import { types } from "node:util";

/** What was thrown, as an error; also one of another realm, for which `instanceof` is false. */
export function errorOf(thrown: unknown): Error {
  return types.isNativeError(thrown) || thrown instanceof Error ? thrown : new Error(String(thrown));
}
