import { text as textOf } from "node:stream/consumers";
import type { Client } from "@opensearch-project/opensearch";
import { checksum, type LineValues } from "../../contract/checksum";
import { keepsDigits } from "../../contract/column";
import { EXTRA_COLUMN } from "../../contract/stored-columns";
import type { RunTimeContract } from "../../contract/variable";
import type { OnRow } from "./compare";
import { searchAnswer } from "./search-answer";
import { arrivalQuery, type Window } from "./window";

/** Documents asked for in a call: about 2 MB of answer. */
const DOCUMENTS_PER_CALL = 5_000;

/** Options of {@link readIndex}. */
interface ReadOptions {
  /** Arrivals to read. @default all */
  readonly window?: Window | undefined;
  /** A query that documents match. @default all */
  readonly only?: Readonly<Record<string, unknown>> | undefined;
  /** Called with the values of each document. */
  readonly onDocument?: ((values: LineValues) => void) | undefined;
}

interface Hit {
  readonly _id: string;
  readonly _source: LineValues;
}

interface Hits {
  readonly hits: { readonly hits: readonly Hit[] };
}

/**
 * Reads the lines of the index: every document of `pattern`, in the order of `record_id`, which is the `_id` too. An
 * index pattern without an index is empty.
 * @param onRow called with each document
 * @throws what {@link searchAnswer} throws
 */
export async function readIndex(
  client: Client,
  pattern: string,
  { columns }: RunTimeContract,
  onRow: OnRow,
  { window, only, onDocument }: ReadOptions = {},
): Promise<void> {
  const exact = new Set(columns.filter(keepsDigits).map(({ field }) => field));
  await searchAnswer(`refresh of ${pattern}`, () => client.indices.refresh({ index: pattern }));
  const filter = [
    ...(window === undefined ? [] : [arrivalQuery(window)]),
    ...(only === undefined ? [] : [only]),
  ];
  for (let after: string | undefined; ; ) {
    const hits = await search(client, pattern, exact, {
      size: DOCUMENTS_PER_CALL,
      query: filter.length === 0 ? { match_all: {} } : { bool: { filter } },
      sort: [{ record_id: { order: "asc" } }],
      ...(after === undefined ? {} : { search_after: [after] }),
    });
    for (const { _id, _source } of hits) {
      const arrivedAt = String(_source["arrived_at"]);
      const extra = _source[EXTRA_COLUMN.field] ?? null;
      onRow(_id, checksum(columns, _source, arrivedAt, extra === null ? null : String(extra)), arrivedAt);
      onDocument?.(_source);
    }
    if (hits.length < DOCUMENTS_PER_CALL) return;
    after = hits.at(-1)?._id;
  }
}

/**
 * The documents that a search finds, with the numbers of the columns `exact` as texts. The answer is read here, because
 * the client rounds a number that a double cannot hold; and whole documents are asked for, because the engine rounds
 * those of a part.
 */
async function search(
  client: Client,
  index: string,
  exact: ReadonlySet<string>,
  body: Readonly<Record<string, unknown>>,
): Promise<readonly Hit[]> {
  const { hits } = await searchAnswer<Hits>(`search of ${index}`, async () => {
    const { statusCode, body: answer } = await client.search({ index, body }, { asStream: true });
    const text = await textOf(answer as unknown as NodeJS.ReadableStream);
    return { statusCode, body: statusCode === 200 ? parseExactly(text, exact) : text };
  });
  return hits.hits;
}

/**
 * Parses an answer whose numbers of some members are put into quotes first. A quote inside of a string is escaped, so
 * only a member's own name follows a brace or a comma.
 */
function parseExactly(text: string, names: ReadonlySet<string>): Hits {
  if (names.size === 0) return JSON.parse(text);
  const numbers = new RegExp(`([{,]\\s*"(?:${[...names].join("|")})"\\s*:\\s*)(-?\\d[\\d.eE+-]*)`, "g");
  return JSON.parse(text.replace(numbers, '$1"$2"'));
}
