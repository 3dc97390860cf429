import { SaxesParser } from "saxes";
import { messageOf } from "../../../lib/message-of";
import type { ShellAnswer } from "../protocol/shell";
import { notSupported, S3Error } from "./errors";

/** A document in S3's namespace. */
export function document(name: string, ...content: readonly string[]): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content.join("")}</${name}>`
  );
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
/** A DeleteObjects request: 1,000 keys of 1,024 bytes, each byte escaped to at most 6, in less than 1,024 bytes of tags. */
export const MAX_DELETE_BYTES = MAX_DELETES * (6 * 1_024 + 1_024);

/** A CompleteMultipartUpload request: 10,000 parts of less than 1,024 bytes. */
export const MAX_COMPLETE_BYTES = 10_000 * 1_024;

/** Parses in linear time. @throws S3Error when the body is not a valid DeleteObjects request */
export function parseDeleteRequest(xml: string): DeleteRequest {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
  const { members, records } = read(xml, {
    operation: "DeleteObjects",
    root: "Delete",
    record: "Object",
    members: ["Quiet"],
    recordMembers: ["Key", "ETag", "VersionId", "LastModifiedTime", "Size"],
    most: MAX_DELETES,
  });
  return { quiet: members["Quiet"]?.trim() === "true", items: records.map(itemOf) };
}

function itemOf({ Key: key, ETag: etag, VersionId: versionId, ...conditions }: Record<string, string>) {
  if (key === undefined) throw malformed("DeleteObjects", "an Object without a Key");
  const [condition] = Object.keys(conditions);
  if (condition !== undefined) throw notSupported(`DeleteObjects with ${condition}`);
  return { key, ...(etag !== undefined && { etag }), ...(versionId !== undefined && { versionId }) };
}

/** A part that a CompleteMultipartUpload request names. */
interface CompletedPart {
  readonly number: number;
  readonly etag: string;
}

/** Parses in linear time. @throws S3Error when the body is not a valid CompleteMultipartUpload request */
export function parseCompleteRequest(xml: string): readonly CompletedPart[] {
  const operation = "CompleteMultipartUpload";
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
  const { records } = read(xml, {
    operation,
    root: operation,
    record: "Part",
    members: [],
    recordMembers: ["PartNumber", "ETag", ...CHECKSUMS],
    most: 10_000,
  });
  return records.map(({ PartNumber, ETag: etag }) => {
    const number = Number(PartNumber);
    if (!Number.isInteger(number) || etag === undefined) {
      throw malformed(operation, "a Part without a PartNumber or ETag");
    }
    return { number, etag };
  });
}

/** Checksums of parts, which were verified when the parts arrived. */
const CHECKSUMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"].map((name) => `Checksum${name}`);

/** Elements of a request document. */
interface DocumentShape {
  readonly operation: string;
  readonly root: string;
  /** The repeated element below the root; there is at least one. */
  readonly record: string;
  /** Other elements below the root. */
  readonly members: readonly string[];
  readonly recordMembers: readonly string[];
  /** Largest number of records. */
  readonly most: number;
}

/** Texts of elements by name. */
type Members = Record<string, string>;

function read(
  xml: string,
  { operation, root, record, members, recordMembers, most }: DocumentShape,
): { readonly members: Members; readonly records: readonly Members[] } {
  const children: Readonly<Record<string, readonly string[]>> = {
    "": [root],
    [root]: [record, ...members],
    [record]: recordMembers,
  };
  const found: Members = {};
  const records: Members[] = [];
  const path: string[] = [];
  let current: Members = {};
  let text = "";
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw malformed(operation, messageOf(error));
  });
  parser.on("doctype", () => {
    throw malformed(operation, "it has a document type");
  });
  parser.on("opentag", ({ name }) => {
    const parent = path.at(-1) ?? "";
    if (!children[parent]?.includes(name)) throw malformed(operation, `<${name}> in <${parent}>`);
    path.push(name);
    text = "";
    if (name === record) current = {};
  });
  const append = (more: string): void => {
    text += more;
  };
  parser.on("text", append);
  parser.on("cdata", append);
  parser.on("closetag", ({ name }) => {
    path.pop();
    if (name === record) records.push(current);
    else if (path.at(-1) === record) current[name] = text;
    else found[name] = text;
    if (records.length > most) throw malformed(operation, `more than ${most} <${record}>`);
  });
  parser.write(xml).close();
  if (records.length === 0) throw malformed(operation, `no <${record}>`);
  return { members: found, records };
}

function malformed(operation: string, what: string): S3Error {
  return new S3Error("MalformedXML", 400, `The XML is not that of a ${operation} request: ${what}`);
}

/** An answer with a document. */
export function xmlAnswer(body: string): ShellAnswer {
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}
