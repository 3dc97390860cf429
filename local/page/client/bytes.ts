/** A part of bytes: text, or what cannot be shown as text. */
export interface BytesPart {
  readonly text: string;
  /** Whether `text` is an escape: a byte that is not UTF-8, or a character without a shape. */
  readonly isEscape: boolean;
}

/** Characters without a shape, or that change the direction of others; line feed and tab show. */
const SHAPELESS = /([^\P{C}\n\t])/u;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** Bytes as text, in parts: bytes that are not UTF-8 as `\xff`, characters without a shape as `\u{202e}`. */
export function partsOf(bytes: Uint8Array): BytesPart[] {
  const parts: { text: string; isEscape: boolean }[] = [];
  const add = (text: string, isEscape: boolean): void => {
    const last = parts.at(-1);
    if (last?.isEscape === isEscape) last.text += text;
    else if (text !== "") parts.push({ text, isEscape });
  };
  const addText = (text: string): void => {
    for (const [at, part] of text.split(SHAPELESS).entries()) {
      if (at % 2 === 0) add(part, false);
      else add(`\\u{${part.codePointAt(0)?.toString(16).padStart(4, "0")}}`, true);
    }
  };
  const whole = decoded(bytes);
  if (whole !== undefined) {
    addText(whole);
    return parts;
  }
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at] ?? 0);
    const text = decoded(bytes.subarray(at, at + length));
    if (text === undefined) add(`\\x${bytes[at]?.toString(16).padStart(2, "0")}`, true);
    else addText(text);
    at += text === undefined ? 1 : length;
  }
  return parts;
}

/** Bytes of the character that begins with this one. https://www.rfc-editor.org/rfc/rfc3629#section-3 */
function sequenceLength(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

/** @returns undefined for bytes that are not UTF-8: they would not be written so again */
function decoded(bytes: Uint8Array): string | undefined {
  const text = decoder.decode(bytes);
  const again = encoder.encode(text);
  return again.length === bytes.length && again.every((byte, at) => byte === bytes[at]) ? text : undefined;
}
