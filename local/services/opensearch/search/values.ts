import { badRequest, notSupported } from "../errors";
import type { FieldValue } from "../indices/field-values";
import type { Field } from "../indices/mapping";
import type { Doc, SearchIndex } from "../indices/search-index";
import { compareTexts } from "../indices/text-order";

/** A document that a search found. */
export interface Match {
  readonly index: SearchIndex;
  readonly doc: Doc;
}

/** The only value of a keyword of a document that has one, see {@link SearchIndex.sortedBy}. */
export function keywordOf(doc: Doc, path: string): string {
  return String(doc.value(doc.mapping.field(path)?.slot ?? -1));
}

export function compareValues(a: FieldValue, b: FieldValue): number {
  if (typeof a === "string" || typeof b === "string") return compareTexts(String(a), String(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Reads a field across the indices of a search; each may map it differently or not at all. */
export class FieldReader {
  private readonly fields = new Map<SearchIndex, Field | undefined>();

  /** @throws EngineError for a text field, because the engine does not store its values individually */
  public constructor(
    indices: readonly SearchIndex[],
    public readonly path: string,
  ) {
    for (const index of indices) {
      const field = index.mapping.field(path);
      if (field?.type === "text") throw textField(path);
      this.fields.set(index, field);
    }
  }

  /** The field in the first index that maps it; undefined when none does. */
  public get mapped(): Field | undefined {
    return [...this.fields.values()].find((field) => field !== undefined);
  }

  public values({ index, doc }: Match): readonly FieldValue[] {
    const field = this.fields.get(index);
    if (!field) return [];
    const value = doc.value(field.slot);
    const values = value === undefined ? [] : Array.isArray(value) ? value : [value];
    if (field.type !== "scaled_float") return values;
    // The engine multiplies by the inverse, which is not the same as dividing by the factor.
    const inverse = 1 / field.scalingFactor;
    return values.map((scaled) => Number(scaled) * inverse);
  }

  /** Requires a numeric field. @throws EngineError when the field holds texts */
  public checkNumeric(aggregation: string): void {
    const { mapped } = this;
    if (mapped?.type === "boolean") throw notSupported(`${aggregation} of ${this.path}, a boolean`);
    if (mapped?.type !== "keyword") return;
    throw badRequest(
      `Field [${this.path}] of type [${mapped.type}] is not supported for aggregation [${aggregation}]`,
    );
  }
}

/** Groups matches by each of their keys. */
export function grouped<K>(
  matches: readonly Match[],
  keysOf: (match: Match) => readonly K[],
): Map<K, Match[]> {
  const groups = new Map<K, Match[]>();
  for (const match of matches) {
    for (const key of new Set(keysOf(match))) {
      const group = groups.get(key);
      if (group) group.push(match);
      else groups.set(key, [match]);
    }
  }
  return groups;
}

function textField(path: string): Error {
  return badRequest(
    `Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead. Alternatively, set fielddata=true on [${path}] in order to load field data by uninverting the inverted index. Note that this can use significant memory.`,
  );
}
