import { text as textOf } from "node:stream/consumers";
import type { Client } from "@opensearch-project/opensearch";
import { defaultPanels } from "../../dashboards/default-panels";
import { panelSearch } from "../../dashboards/search";
import { isDataPanel } from "../../dashboards/spec";
import { indexTemplate } from "../../lambdas/search-setup/index-template";
import { indexPattern } from "../../lambdas/shared/search";
import { readBulkAnswer } from "../../lambdas/upsert-to-es/answer";
import { BULK_QUERY, bulkEntry } from "../../lambdas/upsert-to-es/bulk";
import { type ContractLines, judged } from "./any-lines";
import { indexLines } from "./lines-by-id";

/**
 * Expects that an index of the contract's mapping takes the lines, gives each back as it was sent, also to a
 * reconciliation, finds it by its values, and answers the default panels. The index is removed.
 * @param client its user needs all permissions
 * @param number of the sample, from 1: no two on one engine have the same
 */
export async function expectInIndex(sample: ContractLines, client: Client, number: number): Promise<void> {
  const index = `any${number}`;
  const contract = { ...sample.contract, index };
  const { judge, stored, reconciled } = judged(sample);
  const pattern = indexPattern(index);
  const { path, wanted } = indexTemplate(index, contract.columns, { shards: 1, replicas: 0 });
  // The double knows no two templates of one priority.
  const template = { ...wanted(undefined), priority: 1_000 + number };
  await client.transport.request({ method: "PUT", path, body: template });
  const indexing = { indexName: index, eventTime: contract.eventTime, judge };
  const { statusCode: status, body } = await client.transport.request({
    method: "POST",
    path: "/_bulk",
    querystring: BULK_QUERY,
    bulkBody: stored.map((each) => bulkEntry(each, indexing)).join(""),
  });
  const results = stored.map(() => ({ kind: "indexed" }));
  expect(readBulkAnswer({ status: status ?? 0, body }, stored.length)).toEqual({ whole: true, results });

  expect(await indexLines(client, pattern, contract)).toEqual(reconciled);

  const all = await client.search({ index: pattern, body: { size: 100 } }, { asStream: true });
  const found = await textOf(all.body as unknown as NodeJS.ReadableStream);
  for (const each of stored) expect(found).toContain(`"_source":${judge.storedJson(each)}`);

  const [first] = stored;
  const filter = contract.columns.flatMap((column) => {
    const given = first?.verdict.values[column.field];
    const isWords = column.kind === "text" && column.search === "words";
    // Longer decimals are found by a range only: the engine scales a document's double and a query's differently.
    const isLong = column.kind === "decimal" && column.precision > 15;
    if (given === null || given === undefined || isWords || isLong) return [];
    return [{ term: { [column.field]: typeof given === "string" ? given : String(given) } }];
  });
  filter.push({ term: { record_id: first?.recordId ?? "" } });
  const hits = await client.count({ index: pattern, body: { query: { bool: { filter } } } });
  expect(hits.body.count).toBe(1);

  for (const panel of defaultPanels(contract).filter((one) => isDataPanel(one))) {
    // Rows are not read from it: a sum of random doubles may be none.
    const answer = await client.search({ index: pattern, body: panelSearch(contract, panel) });
    expect(answer.body).toMatchObject({ timed_out: false, _shards: { failed: 0 } });
  }

  await client.indices.delete({ index: pattern });
}
