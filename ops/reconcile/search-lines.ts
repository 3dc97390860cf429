import type { Client } from "@opensearch-project/opensearch";
import { checksum, type LineValues } from "../../contract/checksum";
import { retailTransaction } from "../../contract/retail-transaction";
import { EXTRA_COLUMN, storedColumns } from "../../contract/stored-columns";
import type { LayerLine } from "./compare";
import type { CountrySums } from "./tables";
import { arrivalQuery, type Window } from "./window";

/** Documents asked for in a call: about 2 MB of answer. */
const DOCUMENTS_PER_CALL = 5_000;

/** The lines of the index by identity, and their sums by country, computed here from each document. */
interface IndexContent {
  readonly lines: Map<string, LayerLine>;
  readonly countries: Record<string, CountrySums>;
}

/**
 * Reads every document of `pattern`, in the order of `record_id`, which is the `_id` too.
 * @throws what the client throws; an index pattern without an index is empty.
 */
export async function readIndex(client: Client, pattern: string, window?: Window): Promise<IndexContent> {
  const lines = new Map<string, { checksums: string[]; arrivedAt: string }>();
  const sums = new Map<string, { rows: number; quantity: number; revenue: number }>();
  await client.indices.refresh({ index: pattern });
  for (let after: string | undefined; ; ) {
    const { body } = await client.search({
      index: pattern,
      body: {
        size: DOCUMENTS_PER_CALL,
        query: window === undefined ? { match_all: {} } : arrivalQuery(window),
        sort: [{ record_id: { order: "asc" } }],
        _source: storedColumns(retailTransaction.columns).map(({ field }) => field),
        ...(after === undefined ? {} : { search_after: [after] }),
      },
    });
    const hits = body.hits.hits;
    for (const { _id, _source } of hits) {
      const document = _source as LineValues;
      const arrivedAt = String(document["arrived_at"]);
      const extra = document[EXTRA_COLUMN.field] ?? null;
      const sum = checksum(
        retailTransaction.columns,
        document,
        arrivedAt,
        extra === null ? null : String(extra),
      );
      const known = lines.get(_id ?? "");
      if (known) known.checksums.push(sum);
      else lines.set(_id ?? "", { checksums: [sum], arrivedAt });
      addTo(sums, document);
    }
    if (hits.length < DOCUMENTS_PER_CALL) break;
    after = hits.at(-1)?._id;
  }
  const countries = [...sums].map(([country, { revenue, ...rest }]) => {
    return [country, { ...rest, revenue: Math.round(revenue * 100) / 100 }] as const;
  });
  return { lines, countries: Object.fromEntries(countries) };
}

/** Searchable documents of `pattern`. */
export async function countIndex(client: Client, pattern: string): Promise<number> {
  const { body } = await client.count({ index: pattern });
  return body.count;
}

function addTo(
  sums: Map<string, { rows: number; quantity: number; revenue: number }>,
  document: LineValues,
): void {
  const country = String(document["Country"] ?? "");
  const sum = sums.get(country) ?? { rows: 0, quantity: 0, revenue: 0 };
  sum.rows += 1;
  sum.quantity += Number(document["Quantity"]);
  sum.revenue += Number(document["Quantity"]) * Number(document["Price"]);
  sums.set(country, sum);
}
