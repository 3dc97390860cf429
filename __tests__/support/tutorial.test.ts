import { blocksOf, isPrinted } from "./tutorial";

test("blocks are commands with the output below them; diagrams are none", () => {
  const page = "a\n```sh\none\n```\n\n```text\n1\n```\n```mermaid\nx\n```\n```sh\n# AWS\ntwo\n```\n";
  expect(blocksOf(page)).toEqual([
    { line: 3, commands: "one\n", output: "1\n", isForAws: false },
    { line: 13, commands: "# AWS\ntwo\n", output: "", isForAws: true },
  ]);
});

test.each([
  ["```text\n1\n```\n", 'line 2: a block of "text"'],
  ["```sh\none\n```\n```text\n1\n```\n```text\n2\n```\n", 'line 8: a block of "text"'],
  ["```bash\none\n```\n", 'line 2: a block of "bash"'],
])("a block that would not be run is refused", (page, message) => {
  expect(() => blocksOf(page)).toThrow(message);
});

test.each([
  ["read 1,000 lines\n", "read      998 lines\n\n"],
  [
    "2026-11-29 05:37:51 run=20261129T053751Z-6424995f/",
    "2027-01-02 15:00:01 run=20270102T150001Z-0a1b2c3d/",
  ],
  ["a\n…\nz", "a\nz"],
  ["a\n…\nz", "a\nb\nc\nz"],
  ["…\nz", "a\nz"],
  ["a … z", "a b z"],
  ["", "\n"],
])("%j may be printed as %j", (said, printed) => {
  expect(isPrinted(said, printed)).toBe(true);
});

test.each([
  ["read 1,000 lines", "read 1,000 rows"],
  ["a", "a\nb"],
  ["a\n…\nz", "a\nb"],
  ["a.c", "abc"],
  ["", "a"],
  ["a", ""],
])("%j may not be printed as %j", (said, printed) => {
  expect(isPrinted(said, printed)).toBe(false);
});
