import type { JsonObject } from "../../../../lib/json";
import { isJsonObject } from "../../../../lib/json";
import { messageOf } from "../../../../lib/message-of";
import { parseJson } from "../../protocol/parse-json";
import { EngineError } from "../errors";

/** Limits of the engine's parser. */
const MAX_NUMBER_LENGTH = 1000;
const MAX_ARRAY_DEPTH = 20;

/**
 * Parses a document as the engine does. It refuses JSON that `JSON.parse` accepts and the engine does not:
 * a repeated key at any depth, a number of more than 1,000 characters, a field of more than 20 nested arrays.
 * @throws EngineError of type `mapper_parsing_exception`
 */
export function parseDocument(text: string): JsonObject {
  if (text.trim() === "") throw refusal("failed to parse, document is empty");
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    const reason = messageOf(error);
    throw refusal("failed to parse", { type: "json_parse_exception", reason });
  }
  if (!isJsonObject(value)) {
    const reason =
      "Compressor detection can only be called on some xcontent bytes or compressed xcontent bytes";
    throw refusal("failed to parse", { type: "not_x_content_exception", reason });
  }
  checkTokens(text);
  return value;
}

function refusal(reason: string, cause?: JsonObject): EngineError {
  return new EngineError(
    400,
    "mapper_parsing_exception",
    reason,
    cause === undefined ? {} : { caused_by: cause },
  );
}

/** Scans valid JSON once, without building values. */
function checkTokens(text: string): void {
  /** Keys of each open object; undefined for an open array. */
  const open: (Set<string> | undefined)[] = [];
  /** Open arrays since the innermost open object: the engine counts only these. */
  let arrays = 0;
  let objects = 0;
  let expectsKey = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = endOfString(text, at);
        if (expectsKey) {
          const raw = text.slice(at + 1, end);
          const key = raw.includes("\\") ? String(JSON.parse(`"${raw}"`)) : raw;
          const keys = open.at(-1);
          if (keys?.has(key)) {
            throw refusal("failed to parse", {
              type: "json_parse_exception",
              reason: `Duplicate field '${key}'`,
            });
          }
          keys?.add(key);
          expectsKey = false;
        }
        at = end;
        break;
      }
      case 0x7b:
        open.push(new Set());
        objects++;
        expectsKey = true;
        break;
      case 0x5b:
        open.push(undefined);
        if (objects === 1 && ++arrays > MAX_ARRAY_DEPTH) {
          throw refusal("failed to parse", {
            type: "parse_exception",
            reason: `The depth of the nested array field has exceeded the allowed limit of [${MAX_ARRAY_DEPTH}]. This limit can be set by changing the [index.mapping.depth.limit] index level setting.`,
          });
        }
        break;
      case 0x7d:
      case 0x5d:
        if (open.pop() !== undefined) objects--;
        else if (objects === 1) arrays--;
        break;
      case 0x2c:
        expectsKey = open.at(-1) !== undefined;
        break;
      default:
        at = endOfScalar(text, at);
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
  return at;
}

/** Index of the last character of a number, literal or blank that begins at `start`. */
function endOfScalar(text: string, start: number): number {
  const code = text.charCodeAt(start);
  if (code !== 0x2d && !(code >= 0x30 && code <= 0x39)) return start;
  let end = start;
  while (end + 1 < text.length && /[0-9eE.+-]/.test(text.charAt(end + 1))) end++;
  const length = end - start + 1;
  if (length > MAX_NUMBER_LENGTH) {
    throw refusal("failed to parse", {
      type: "stream_constraints_exception",
      reason: `Number value length (${length}) exceeds the maximum allowed (${MAX_NUMBER_LENGTH}, from \`StreamReadConstraints.getMaxNumberLength()\`)`,
    });
  }
  return end;
}
