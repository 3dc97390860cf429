import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { decodePath } from "../services/protocol/target";

/** A received request. */
interface ArrivedRequest {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly target: string;
  /** Names and values alternate, as Node gives them. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** An access key that the verifier accepts. */
export interface KnownKey {
  readonly secret: string;
  readonly sessionToken?: string;
  readonly expired?: boolean;
}

interface VerifierOptions {
  readonly region: string;
  readonly service: string;
  readonly keys: Readonly<Record<string, KnownKey>>;
  readonly now: Date;
}

const TOLERANCE_MS = 5 * 60_000;

/**
 * Verifies a signature by AWS's published algorithm, with Node's own hash functions:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * @returns undefined for a valid signature, else AWS's error message.
 */
export function refusedBy(options: VerifierOptions, request: ArrivedRequest): string | undefined {
  const headers = headersOf(request.rawHeaders);
  const authorization = headers.get("authorization");
  if (authorization === undefined) return "Missing Authentication Token";
  const [, accessKeyId = "", day = "", region = "", service = "", signedNames = "", signature = ""] =
    /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/(\w+)\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    ) ?? [];
  const key = options.keys[accessKeyId];
  if (!key) return "The security token included in the request is invalid.";
  if (region !== options.region) {
    return `Credential should be scoped to a valid Region, not '${region}'.`;
  }
  if (service !== options.service)
    return `Credential should be scoped to correct service: '${options.service}'.`;

  const signed = signedNames.split(";");
  const mustBeSigned = [...headers.keys()].filter((name) => name === "host" || name.startsWith("x-amz-"));
  const unsigned = mustBeSigned.filter((name) => !signed.includes(name));
  if (unsigned.length > 0 || signed.join() !== [...signed].sort().join()) {
    return `'${unsigned.join()}' must be a 'SignedHeader' in the AWS Authorization.`;
  }

  const time = headers.get("x-amz-date") ?? "";
  if (time.slice(0, 8) !== day)
    return "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP";
  const late =
    options.now.getTime() - Date.parse(time.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5"));
  const limit = (ms: number): string => new Date(options.now.getTime() + ms).toISOString();
  if (late > TOLERANCE_MS) return `Signature expired: ${time} is now earlier than ${limit(-TOLERANCE_MS)}`;
  if (late < -TOLERANCE_MS)
    return `Signature not yet current: ${time} is still later than ${limit(TOLERANCE_MS)}`;

  const bodyHash = sha256(request.body);
  const saidHash = headers.get("x-amz-content-sha256");
  if (saidHash !== undefined && saidHash !== bodyHash)
    return "The provided 'x-amz-content-sha256' header does not match what was computed.";

  const canonicalRequest = [
    request.method,
    canonicalPath(request.target),
    canonicalQuery(request.target),
    ...signed.map((name) => `${name}:${(headers.get(name) ?? "").trim().replace(/ +/g, " ")}`),
    "",
    signedNames,
    bodyHash,
  ].join("\n");
  const toSign = [
    "AWS4-HMAC-SHA256",
    time,
    `${day}/${region}/${service}/aws4_request`,
    sha256(canonicalRequest),
  ];
  const signingKey = [day, region, service, "aws4_request"].reduce<Buffer>(
    (secret, part) => hmac(secret, part),
    Buffer.from(`AWS4${key.secret}`),
  );
  const right = hmac(signingKey, toSign.join("\n"));
  if (!timingSafeEqual(right, Buffer.from(signature, "hex"))) {
    return "The request signature we calculated does not match the signature you provided.";
  }
  if (headers.get("x-amz-security-token") !== key.sessionToken) {
    return "The security token included in the request is invalid.";
  }
  return key.expired ? "The security token included in the request is expired" : undefined;
}

function headersOf(raw: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index < raw.length; index += 2) {
    headers.set(String(raw[index]).toLowerCase(), String(raw[index + 1]));
  }
  return headers;
}

/** The canonical path of every service except S3: normalized, with each encoded segment encoded again. */
function canonicalPath(target: string): string {
  const [path = ""] = target.split("?");
  const segments = path.split("/").filter((segment) => segment !== "");
  const tail = path.endsWith("/") && segments.length > 0 ? "/" : "";
  return `/${segments.map(uriEncode).join("/")}${tail}`;
}

function canonicalQuery(target: string): string {
  const mark = target.indexOf("?");
  if (mark < 0) return "";
  const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return target
    .slice(mark + 1)
    .split("&")
    .map((parameter) => {
      const [name = "", ...value] = parameter.split("=");
      return [name, value.join("=")].map((part) => uriEncode(decodePath(part)));
    })
    .sort(
      ([nameA = "", valueA = ""], [nameB = "", valueB = ""]) =>
        byBytes(nameA, nameB) || byBytes(valueA, valueB),
    )
    .map((pair) => pair.join("="))
    .join("&");
}

/** Encodes every byte except A-Z a-z 0-9 - . _ ~ as %XX. */
function uriEncode(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9\-._~]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
