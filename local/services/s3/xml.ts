import { SaxesParser } from "saxes";
import { messageOf } from "../../../lib/message-of";
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

/** Elements of the request, below their parents. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const CHILDREN: Readonly<Record<string, readonly string[]>> = {
  "": ["Delete"],
  Delete: ["Object", "Quiet"],
  Object: ["Key", "ETag", "VersionId", "LastModifiedTime", "Size"],
};

/** Parses in linear time. @throws S3Error when the body is not a valid DeleteObjects request */
export function parseDeleteRequest(xml: string): DeleteRequest {
  const items: DeleteRequestItem[] = [];
  const path: string[] = [];
  let members: Record<string, string> = {};
  let text = "";
  let quiet = false;
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw malformed(messageOf(error));
  });
  parser.on("doctype", () => {
    throw malformed("it has a document type");
  });
  parser.on("opentag", ({ name }) => {
    const parent = path.at(-1) ?? "";
    if (!CHILDREN[parent]?.includes(name)) throw malformed(`<${name}> in <${parent}>`);
    path.push(name);
    text = "";
    if (name === "Object") members = {};
  });
  const append = (more: string): void => {
    text += more;
  };
  parser.on("text", append);
  parser.on("cdata", append);
  parser.on("closetag", ({ name }) => {
    path.pop();
    if (name === "Quiet") quiet = text.trim() === "true";
    else if (name === "Object") items.push(itemOf(members));
    else if (name !== "Delete") members[name] = text;
    if (items.length > MAX_DELETES) throw malformed(`more than ${MAX_DELETES} objects`);
  });
  parser.write(xml).close();
  if (items.length === 0) throw malformed("no object");
  return { quiet, items };
}

function itemOf({ Key: key, ETag: etag, VersionId: versionId, ...conditions }: Record<string, string>) {
  if (key === undefined) throw malformed("an Object without a Key");
  const [condition] = Object.keys(conditions);
  if (condition !== undefined) throw notSupported(`DeleteObjects with ${condition}`);
  return { key, ...(etag !== undefined && { etag }), ...(versionId !== undefined && { versionId }) };
}

function malformed(what: string): S3Error {
  return new S3Error("MalformedXML", 400, `The XML is not that of a DeleteObjects request: ${what}`);
}
