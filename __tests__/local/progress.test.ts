import { Progress } from "../../local/progress";

/** What is written to an output. */
function written(terminal: { readonly isTTY: boolean; readonly columns: number }, text: string): string {
  const texts: string[] = [];
  const out = { ...terminal, write: (part: string) => texts.push(part) > 0 } as NodeJS.WriteStream;
  const progress = new Progress(out, () => 1e9);
  progress.show(text);
  progress.end();
  return texts.join("");
}

test("a line that would wrap is cut, because it could not be rewritten", () => {
  const terminal = { isTTY: true, columns: 10 };
  expect(written(terminal, "123456789")).toBe("\r\x1b[2K123456789\n");
  expect(written(terminal, "1234567890")).toBe("\r\x1b[2K12345678…\n");
});

test("a line of a terminal that does not say its size is not cut", () => {
  expect(written({ isTTY: true, columns: 0 }, "1234567890")).toBe("\r\x1b[2K1234567890\n");
});

test("a file has whole lines", () => {
  expect(written({ isTTY: false, columns: 10 }, "1234567890")).toBe("1234567890\n");
});
