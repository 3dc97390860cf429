import { partsOf } from "../../../local/page/client/bytes";

const shown = (bytes: Uint8Array): string =>
  partsOf(bytes)
    .map(({ text, isEscape }) => (isEscape ? `[${text}]` : text))
    .join("");

test.each([
  ["text of any script", Buffer.from("Müller, 東京 🎈\n\tx"), "Müller, 東京 🎈\n\tx"],
  ["nothing", Buffer.alloc(0), ""],
  ["a byte that is not UTF-8", Buffer.from([0x61, 0xff, 0x62]), "a[\\xff]b"],
  ["a character that is cut off", Buffer.from("a€").subarray(0, 3), "a[\\xe2\\x82]"],
  ["an overlong form", Buffer.from([0xc0, 0xaf]), "[\\xc0\\xaf]"],
  ["half of a surrogate pair", Buffer.from([0xed, 0xa0, 0x80]), "[\\xed\\xa0\\x80]"],
  ["text around what is none", Buffer.from([0xc3, 0xbc, 0x80, 0xc3, 0xbc]), "ü[\\x80]ü"],
  [
    "characters of every length beside what is none",
    Buffer.from([...Buffer.from("aü€🎈€"), 0xff]),
    "aü€🎈€[\\xff]",
  ],
  ["what turns the direction", Buffer.from("a\u202eb"), "a[\\u{202e}]b"],
  ["what has no shape", Buffer.from("a\u0000\u200b\ufeffb"), "a[\\u{0000}\\u{200b}\\u{feff}]b"],
])("%s", (_, bytes, wanted) => {
  expect(shown(bytes)).toBe(wanted);
});
