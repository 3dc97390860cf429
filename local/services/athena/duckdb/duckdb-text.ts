import { textDecoder } from "@duckdb/node-api/lib/vectors/dataAccessors";

const whole = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Makes `@duckdb/node-api` return every text whole. Its decoder takes a U+FEFF at the beginning of any text for a byte
 * order mark and drops it; there is no option for that.
 */
export function keepByteOrderMarks(): void {
  textDecoder.decode = whole.decode.bind(whole);
}
