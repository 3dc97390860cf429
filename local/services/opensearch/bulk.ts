import { randomBytes } from "node:crypto";
import { isJsonObject, type JsonObject } from "../../../lib/json";
import { messageOf } from "../../../lib/message-of";
import { parseJson } from "../protocol/parse-json";
import { badRequest, EngineError, notSupported } from "./errors";
import { checkMembers } from "./params";

/** One action of a bulk request. */
export interface BulkAction {
  readonly index: string;
  /** Generated if the request gives none. */
  readonly id: string;
  /** The document as the client sent it. */
  readonly source: string;
}

const ACTIONS = ["create", "delete", "index", "update"];
const MAX_ID_BYTES = 512;

/**
 * Parses a bulk request.
 * @param defaultIndex from the path
 * @throws EngineError when the whole request is refused
 */
export function parseBulk(body: string, defaultIndex: string | undefined): BulkAction[] {
  if (body === "") throw new EngineError(400, "parse_exception", "request body is required");
  if (!body.endsWith("\n")) throw badRequest("The bulk request must be terminated by a newline [\\n]");
  const actions: BulkAction[] = [];
  let number = 0;
  let at = 0;
  const nextLine = (): string | undefined => {
    if (at >= body.length) return undefined;
    const end = body.indexOf("\n", at);
    const line = body.slice(at, end);
    at = end + 1;
    number++;
    return line;
  };
  for (let line = nextLine(); line !== undefined; line = nextLine()) {
    if (line.trim() === "") continue;
    const { _index: index = defaultIndex, _id: id } = readMetadata(line, number);
    if (index === undefined) throw validation("index is missing;");
    if (typeof id === "string" && Buffer.byteLength(id) > MAX_ID_BYTES) {
      const length = Buffer.byteLength(id);
      throw validation(
        `id [${id}] is too long, must be no longer than ${MAX_ID_BYTES} bytes but was: ${length};`,
      );
    }
    const source = nextLine();
    if (source === undefined) throw validation("no requests added;");
    actions.push({
      index: String(index),
      id: id === undefined || id === null ? newId() : String(id),
      source,
    });
  }
  if (actions.length === 0) throw validation("no requests added;");
  return actions;
}

function validation(fault: string): EngineError {
  return new EngineError(400, "action_request_validation_exception", `Validation Failed: 1: ${fault}`);
}

/** Parses the metadata of an index action. */
function readMetadata(line: string, number: number): JsonObject {
  const malformed = (reason: string): EngineError =>
    badRequest(`Malformed action/metadata line [${number}], ${reason}`);
  let value: unknown;
  try {
    value = parseJson(line);
  } catch (error) {
    throw new EngineError(400, "json_parse_exception", messageOf(error));
  }
  const [entry, ...others] = isJsonObject(value) ? Object.entries(value) : [];
  if (entry === undefined || others.length > 0) throw malformed("expected FIELD_NAME or END_OBJECT");
  const [action, metadata] = entry;
  if (!ACTIONS.includes(action)) {
    throw malformed(`expected one of [${ACTIONS.join(", ")}] but found [${action}]`);
  }
  if (action !== "index") throw notSupported(`${action} in a bulk request`);
  if (!isJsonObject(metadata)) throw malformed("expected START_OBJECT");
  checkMembers(metadata, "a bulk request", ["_index", "_id"]);
  return metadata;
}

/** Generates an id like the engine's: 20 URL-safe characters. */
function newId(): string {
  return randomBytes(15).toString("base64url");
}
