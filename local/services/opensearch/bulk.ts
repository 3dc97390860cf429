import { randomBytes } from "node:crypto";
import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { badRequest, EngineError, notSupported } from "./errors";

/** One action of a bulk request. */
export interface BulkAction {
  readonly action: "index" | "create" | "delete";
  readonly index: string;
  /** Made up where the request names none. */
  readonly id: string;
  /** The document as it was sent; none for a delete. */
  readonly source?: string;
}

const ACTIONS = ["create", "delete", "index", "update"];
const KNOWN_METADATA = new Set(["_index", "_id", "require_alias"]);
const OTHER_METADATA = new Set([
  "routing",
  "version",
  "version_type",
  "pipeline",
  "if_seq_no",
  "if_primary_term",
  "_source",
  "retry_on_conflict",
]);
const MAX_ID_BYTES = 512;

/**
 * Reads a bulk request.
 * @param defaultIndex from the path
 * @throws EngineError when the request as a whole is refused
 */
export function parseBulk(body: string, defaultIndex: string | undefined): BulkAction[] {
  if (body === "") throw new EngineError(400, "parse_exception", "request body is required");
  if (!body.endsWith("\n")) throw badRequest("The bulk request must be terminated by a newline [\\n]");
  const actions: BulkAction[] = [];
  const faults: string[] = [];
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
    const { action, metadata } = readAction(line, number);
    const index = metadata["_index"] ?? defaultIndex;
    const id = metadata["_id"];
    if (index === undefined) faults.push("index is missing;");
    if (action === "delete" && id === undefined) faults.push("an id is required for a delete request;");
    if (typeof id === "string" && Buffer.byteLength(id) > MAX_ID_BYTES) {
      const length = Buffer.byteLength(id);
      faults.push(`id [${id}] is too long, must be no longer than ${MAX_ID_BYTES} bytes but was: ${length};`);
    }
    const named = { index: String(index), id: id === undefined || id === null ? newId() : String(id) };
    if (action === "delete") {
      actions.push({ action, ...named });
      continue;
    }
    const source = nextLine();
    if (source === undefined) throw validation(["no requests added;"]);
    actions.push({ action, ...named, source });
  }
  if (actions.length === 0) faults.push("no requests added;");
  if (faults.length > 0) throw validation(faults);
  return actions;
}

function validation(faults: readonly string[]): EngineError {
  const list = faults.map((fault, at) => `${at + 1}: ${fault}`).join("");
  return new EngineError(400, "action_request_validation_exception", `Validation Failed: ${list}`);
}

function readAction(line: string, number: number): { action: BulkAction["action"]; metadata: JsonObject } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(400, "json_parse_exception", reason);
  }
  const [entry, ...others] = isJsonObject(value) ? Object.entries(value) : [];
  if (entry === undefined || others.length > 0) {
    throw badRequest(`Malformed action/metadata line [${number}], expected FIELD_NAME or END_OBJECT`);
  }
  const [action, metadata] = entry;
  if (action === "update") throw notSupported("update in a bulk request");
  if (action !== "index" && action !== "create" && action !== "delete") {
    throw badRequest(
      `Malformed action/metadata line [${number}], expected one of [${ACTIONS.join(", ")}] but found [${action}]`,
    );
  }
  if (!isJsonObject(metadata)) {
    throw badRequest(`Malformed action/metadata line [${number}], expected START_OBJECT`);
  }
  for (const [key, given] of Object.entries(metadata)) checkMetadata(key, given, number);
  return { action, metadata };
}

function checkMetadata(key: string, value: Json, number: number): void {
  if (OTHER_METADATA.has(key)) throw notSupported(`${key} in a bulk request`);
  if (!KNOWN_METADATA.has(key)) {
    throw badRequest(`Action/metadata line [${number}] contains an unknown parameter [${key}]`);
  }
  if (key === "require_alias" && value !== false) throw notSupported("require_alias in a bulk request");
}

/** As the engine makes them up: 20 characters that fit into a URL. */
function newId(): string {
  return randomBytes(15).toString("base64url");
}
