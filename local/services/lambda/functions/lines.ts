import type { Readable } from "node:stream";

/**
 * Calls `onLine` with each line of the stream. Only a line feed ends a line: `node:readline` would also split
 * at U+2028, which stands unescaped in JSON.
 */
export function eachLine(stream: Readable, onLine: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}
