import type { Column } from "../../contract/column";
import { indexMapping } from "../../contract/index-mapping";
import { isJsonObject, type Json, type JsonObject, objectOf } from "../../lib/json";
import { indexPattern } from "../shared/search";
import { assertWritten, parsed, shown } from "./answer";
import { canonical } from "./canonical";
import type { RetryingSearch } from "./with-retry";

/** What became of the fields of the indices that exist. */
export interface FieldsOutcome {
  /** Each index that got fields, with their names. */
  readonly added: readonly { readonly index: string; readonly fields: readonly string[] }[];
  /** What an index could not get: a sentence each, with index, field and reason. */
  readonly warnings: readonly string[];
}

/**
 * Adds the contract's fields to the indices that exist: a template is for new ones only, and a new column is searchable
 * at once. The engine cannot change a field that exists, so one of another type stays, with a warning: the months to
 * come have the contract's.
 * @throws Error when the mappings cannot be read
 */
export async function addFields(
  indexName: string,
  columns: readonly Column[],
  search: RetryingSearch,
): Promise<FieldsOutcome> {
  const path = `/${indexPattern(indexName)}/_mapping`;
  const read = await search({ method: "GET", path });
  if (read.status !== 200) {
    throw new Error(
      `the mappings of ${indexPattern(indexName)} cannot be read: ${read.status} ${shown(read.body)}`,
    );
  }
  const wanted = mappingProperties(columns);
  const added: { index: string; fields: string[] }[] = [];
  const warnings: string[] = [];
  for (const [index, found] of Object.entries(parsed(read, `GET ${path}`))) {
    const existing = objectOf(objectOf(isJsonObject(found) ? found : {}, "mappings"), "properties");
    const { missing, conflicts } = difference(existing, wanted);
    for (const conflict of conflicts) warnings.push(`index ${index}: ${conflict}`);
    const fields = Object.keys(missing);
    if (fields.length === 0) continue;
    const written = await search({
      method: "PUT",
      path: `/${index}/_mapping`,
      body: { properties: missing },
    });
    if (written.status === 200) {
      assertWritten(written, `index ${index}: the fields ${fields.join(", ")} cannot be added`);
      added.push({ index, fields });
    } else {
      const reason = `${written.status} ${shown(written.body)}`;
      warnings.push(
        `index ${index}: the fields ${fields.join(", ")} cannot be added, and are not searchable there: ${reason}`,
      );
    }
  }
  return { added, warnings };
}

/** The contract's mapping as JSON. */
function mappingProperties(columns: readonly Column[]): JsonObject {
  const { properties } = indexMapping(columns);
  const json: Json = JSON.parse(JSON.stringify(properties));
  return isJsonObject(json) ? json : {};
}

interface Difference {
  /** Fields to add, and fields to which further subfields are added. */
  readonly missing: JsonObject;
  readonly conflicts: readonly string[];
}

function difference(existing: JsonObject, wanted: JsonObject): Difference {
  const missing: Record<string, Json> = {};
  const conflicts: string[] = [];
  for (const [field, property] of Object.entries(wanted)) {
    const found = existing[field];
    if (!isJsonObject(property)) continue;
    if (!isJsonObject(found)) {
      missing[field] = property;
      continue;
    }
    const pairs = [
      [field, found, property] as const,
      ...Object.entries(objectOf(property, "fields")).map(
        ([key, inner]) => [`${field}.${key}`, objectOf(found, "fields")[key], inner] as const,
      ),
    ];
    const changed = pairs.flatMap(([path, is, wants]) =>
      is === undefined || canonical(alone(is)) === canonical(alone(wants))
        ? []
        : [
            `field ${path} is ${JSON.stringify(alone(is))}, and the contract's is ${JSON.stringify(alone(wants))}: it stays, and lines that do not fit it go to quarantine`,
          ],
    );
    for (const change of changed) conflicts.push(change);
    if (changed.length === 0 && pairs.some(([, is]) => is === undefined)) missing[field] = property;
  }
  return { missing, conflicts };
}

/** A field's definition without its subfields. */
function alone(definition: Json): JsonObject {
  const { fields: _, ...own } = isJsonObject(definition) ? definition : {};
  return own;
}
