import type { ServerResponse } from "node:http";
import { S3Error } from "./errors";

/** Text as the content of an XML element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An XML element; omitted when the content is undefined. */
export function element(name: string, content: string | number | boolean | undefined): string {
  return content === undefined ? "" : `<${name}>${escapeXml(String(content))}</${name}>`;
}

/** A document in S3's namespace. */
export function document(name: string, ...content: readonly string[]): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content.join("")}</${name}>`
  );
}

/** Answers with a document. */
export function sendXml(response: ServerResponse, xml: string): void {
  response
    .writeHead(200, { "content-type": "application/xml", "content-length": Buffer.byteLength(xml) })
    .end(xml);
}

/** One object that a DeleteObjects request names. */
interface DeleteRequestItem {
  readonly key: string;
  readonly etag?: string;
  readonly versionId?: string;
}

/** A parsed DeleteObjects request. */
interface DeleteRequest {
  readonly quiet: boolean;
  readonly items: readonly DeleteRequestItem[];
}

const MAX_DELETES = 1_000;

/** @throws S3Error when the body is not a valid DeleteObjects request. */
export function parseDeleteRequest(xml: string): DeleteRequest {
  const items = Array.from(
    xml.matchAll(/<Object>([\s\S]*?)<\/Object>/g),
    ([, content = ""]): DeleteRequestItem => {
      const key = textOf(content, "Key");
      if (key === undefined) throw malformed("DeleteObjects", "an Object without a Key");
      const etag = textOf(content, "ETag");
      const versionId = textOf(content, "VersionId");
      return { key, ...(etag !== undefined && { etag }), ...(versionId !== undefined && { versionId }) };
    },
  );
  if (items.length === 0 || items.length > MAX_DELETES)
    throw malformed("DeleteObjects", `${items.length} objects; 1 to 1000 are allowed`);
  return { quiet: textOf(xml, "Quiet") === "true", items };
}

/** A part that a CompleteMultipartUpload request names. */
interface CompletedPart {
  readonly number: number;
  readonly etag: string;
}

/** @throws S3Error when the body is not a valid CompleteMultipartUpload request. */
export function parseCompleteRequest(xml: string): readonly CompletedPart[] {
  const parts = Array.from(xml.matchAll(/<Part>([\s\S]*?)<\/Part>/g), ([, content = ""]): CompletedPart => {
    const number = Number(textOf(content, "PartNumber"));
    const etag = textOf(content, "ETag");
    if (!Number.isInteger(number) || etag === undefined) {
      throw malformed("CompleteMultipartUpload", "a Part without a PartNumber or ETag");
    }
    return { number, etag };
  });
  if (parts.length === 0) throw malformed("CompleteMultipartUpload", "no Part");
  return parts;
}

function textOf(xml: string, name: string): string | undefined {
  const [, content] = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml) ?? [];
  return content === undefined ? undefined : unescapeXml(content);
}

const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return NAMED[name] ?? whole;
  });
}

function malformed(operation: string, what: string): S3Error {
  return new S3Error("MalformedXML", 400, `The XML is not that of a ${operation} request: ${what}`);
}
