import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { hasCode } from "../../../lib/error-code";
import { isJsonObject } from "../../../lib/json";
import type { CatalogState } from "./model";

/** The catalog's file cannot be parsed; the message names it and the remedy. */
class StateFileError extends Error {
  override readonly name = "StateFileError";
}

/** State of the first start. */
const EMPTY: CatalogState = { tables: [], partitions: {} };

/** Reads the catalog's state; the empty one when there is no file. @throws StateFileError */
export function readState(file: string): CatalogState {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return EMPTY;
    throw error;
  }
  const state: unknown = parse(file, text);
  if (!isState(state)) throw new StateFileError(`${file} is not a catalog of the local SQL; remove it`);
  return state;
}

/** Replaces the file as a whole: a kill leaves the old one or the new one. */
export function writeState(file: string, state: CatalogState): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.new`;
  const descriptor = openSync(temporary, "w");
  try {
    writeFileSync(descriptor, JSON.stringify(state));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, file);
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new StateFileError(`${file} is not JSON (${String(error)}); remove it`);
  }
}

/** Only this module writes the file: its top-level fields identify it. */
function isState(value: unknown): value is CatalogState {
  if (!isJsonObject(value) || !Array.isArray(value["tables"]) || !isJsonObject(value["partitions"]))
    return false;
  const partitions = Object.values(value["partitions"]).flat();
  return (
    value["tables"].every((table) => isJsonObject(table) && typeof table["location"] === "string") &&
    partitions.every((partition) => isJsonObject(partition) && Array.isArray(partition["values"]))
  );
}
