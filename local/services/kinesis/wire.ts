import { cbor } from "@smithy/core/cbor";
import { messageOf } from "../../../lib/message-of";
import { parseJson } from "../protocol/parse-json";
import { serializationError } from "./errors";

/** An encoding of Kinesis's requests and answers. In answers, bytes are Buffers and times are Dates. */
export interface Wire {
  readonly contentType: string;
  /** @throws AwsError when the body cannot be decoded */
  decode(body: Buffer): unknown;
  encode(answer: unknown): Buffer;
  /** The bytes of a blob; undefined when the value is none. */
  blob(value: unknown): Buffer | undefined;
  /** A time in ms since 1970; undefined when the value is none. */
  timeMs(value: unknown): number | undefined;
}

/** AWS JSON 1.1: blobs in base64, times in seconds. All SDKs but those for Java use it. */
const JSON_1_1: Wire = {
  contentType: "application/x-amz-json-1.1",
  decode(body) {
    try {
      return body.length === 0 ? {} : parseJson(body.toString());
    } catch (error) {
      throw serializationError(`the body is not JSON: ${messageOf(error)}`);
    }
  },
  encode: (answer) => Buffer.from(jsonOf(answer)),
  blob(value) {
    if (typeof value !== "string" || value.length % 4 !== 0) return undefined;
    const bytes = Buffer.from(value, "base64");
    // Node skips characters that are not base64, and also takes the URL's alphabet.
    const isBase64 =
      bytes.length === Buffer.byteLength(value, "base64") && !value.includes("-") && !value.includes("_");
    return isBase64 ? bytes : undefined;
  },
  timeMs: (value) => (typeof value === "number" ? Math.round(value * 1_000) : undefined),
};

/** AWS CBOR 1.1, the default of the SDKs for Java: times are milliseconds. */
const CBOR_1_1: Wire = {
  contentType: "application/x-amz-cbor-1.1",
  decode(body) {
    try {
      return body.length === 0 ? {} : cbor.deserialize(body);
    } catch (error) {
      throw serializationError(`the body is not CBOR: ${messageOf(error)}`);
    }
  },
  encode: (answer) => Buffer.from(cbor.serialize(cborOf(answer))),
  blob: (value) => (value instanceof Uint8Array ? Buffer.from(value) : undefined),
  timeMs(value) {
    // Tag 1: a time.
    const ms = typeof value === "object" && value !== null && "value" in value ? value.value : value;
    return typeof ms === "number" ? ms : undefined;
  },
};

const WIRES: readonly Wire[] = [JSON_1_1, CBOR_1_1];

/** The encoding of a content type; undefined for another one. */
export function wireOf(contentType: string | undefined): Wire | undefined {
  const [type] = (contentType ?? "").split(";");
  return WIRES.find((wire) => wire.contentType === type?.trim().toLowerCase());
}

/** Content types that are served. */
export const CONTENT_TYPES = WIRES.map(({ contentType }) => contentType);

/** The encoding of errors before the request's own is known. */
export const DEFAULT_WIRE = JSON_1_1;

/**
 * The JSON of an answer, for which JSON.stringify would need a copy with texts in the place of blobs and times. Texts are
 * only appended, so that the answer is copied once, at the end.
 */
function jsonOf(value: unknown): string {
  if (Buffer.isBuffer(value)) return `"${value.toString("base64")}"`;
  if (value instanceof Date) return String(value.getTime() / 1_000);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value) text += text === "" ? jsonOf(item) : `,${jsonOf(item)}`;
    return `[${text}]`;
  }
  for (const name of Object.keys(value)) {
    const member: unknown = Reflect.get(value, name);
    if (member !== undefined) text += `${text === "" ? "" : ","}"${name}":${jsonOf(member)}`;
  }
  return `{${text}}`;
}

function cborOf(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value;
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map(cborOf);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, cborOf(member)]));
}
