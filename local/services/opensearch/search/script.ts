import { isJsonObject, type Json } from "../../../../lib/json";
import { EngineError, notSupported } from "../errors";
import type { SearchIndex } from "../indices/search-index";
import { FieldReader, type Match } from "./values";

/** Computes a number for each document. */
type NumberScript = (match: Match) => number;

const FACTOR = /^\s*doc\['([^']+)'\]\.value\s*$/;
/** A factor that is zero where a document has no value. */
const OPTIONAL_FACTOR = /^\s*\(doc\['([^']+)'\]\.size\(\) == 0 \? 0 : doc\['\1'\]\.value\)\s*$/;

/** The value of a text; none where a document has none or the empty one. */
const DISTINCT =
  /^doc\['([^']+)'\]\.size\(\) == 0 \|\| doc\['\1'\]\.value == '' \? null : doc\['\1'\]\.value$/;

/**
 * Compiles the script whose values a cardinality aggregation counts: a text that is neither absent nor empty.
 * @throws EngineError for any other script
 */
export function compileDistinctScript(
  script: Json,
  indices: readonly SearchIndex[],
): (match: Match) => readonly string[] {
  const source = sourceOf(script);
  const path = DISTINCT.exec(source)?.[1];
  if (path === undefined) throw notSupported(`script ${source} in cardinality; supported: a text's values`);
  const reader = new FieldReader(indices, path);
  if (!reader.mapped) throw runtimeError(source, `No field found for [${path}] in mapping`);
  if (reader.mapped.type !== "keyword") throw notSupported(`script ${source} over a ${reader.mapped.type}`);
  return (match) => {
    // `value` is the first one.
    const [value = ""] = reader.values(match);
    return value === "" ? [] : [String(value)];
  };
}

/** @throws EngineError for a script of another language, or with params */
function sourceOf(script: Json): string {
  if (!isJsonObject(script)) return String(script);
  for (const key of Object.keys(script)) {
    if (key !== "source" && key !== "lang") throw notSupported(`${key} of a script`);
  }
  if (script["lang"] !== undefined && script["lang"] !== "painless") {
    throw notSupported(`script language ${String(script["lang"])}`);
  }
  return String(script["source"]);
}

/**
 * The only script of numbers that the double runs: a product of fields, such as
 * `doc['Quantity'].value * doc['Price'].value`, which is the revenue of a line. A factor may be
 * `(doc['Price'].size() == 0 ? 0 : doc['Price'].value)`.
 * @throws EngineError for any other script
 */
export function compileScript(script: Json, indices: readonly SearchIndex[]): NumberScript {
  const source = sourceOf(script);
  const factors = source.split("*").map((part) => ({
    path: (FACTOR.exec(part) ?? OPTIONAL_FACTOR.exec(part))?.[1],
    isOptional: OPTIONAL_FACTOR.test(part),
  }));
  const readers = factors.map(({ path, isOptional }) => {
    if (path === undefined) throw notSupported(`script ${source}; supported: a product of fields`);
    const reader = new FieldReader(indices, path);
    if (!reader.mapped) throw runtimeError(source, `No field found for [${path}] in mapping`);
    return { reader, isOptional };
  });
  // Painless multiplies whole numbers as longs, which overflow.
  const isWhole = readers.every(
    ({ reader: { mapped } }) => mapped?.type === "integer" || mapped?.type === "long",
  );
  return (match) => {
    let product = 1;
    let whole = 1n;
    for (const { reader, isOptional } of readers) {
      const [value] = reader.values(match);
      if (reader.mapped?.type === "boolean") throw notSupported(`a product of ${reader.path}, a boolean`);
      if (value === undefined && isOptional) return 0;
      if (value === undefined || typeof value === "string") {
        throw runtimeError(source, `A document doesn't have a value for a field! [${reader.path}]`);
      }
      if (isWhole) whole = BigInt.asIntN(64, whole * BigInt(value));
      else product *= Number(value);
    }
    return isWhole ? Number(whole) : product;
  };
}

function runtimeError(source: string, reason: string): EngineError {
  return new EngineError(400, "script_exception", "runtime error", {
    script: source,
    lang: "painless",
    caused_by: { type: "illegal_argument_exception", reason },
  });
}
