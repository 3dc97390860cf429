import { setTimeout as sleep } from "node:timers/promises";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { HOUR_MS } from "../../../contract/hours";
import { isStored, type StreamRecord } from "../../../contract/lines";
import { retailTransaction } from "../../../contract/retail-transaction";
import { DAY_MS } from "../../../contract/timestamp";
import { countSql, panelSql } from "../../../dashboards/athena";
import { type LineCondition, panelInRange, scopeConditions } from "../../../dashboards/scope";
import { isDataPanel } from "../../../dashboards/spec";
import { mergeSmallFiles } from "../../../lambdas/merge-small-files/core";
import type { Statement } from "../../../lambdas/merge-small-files/statement";
import { readArrivals, readQuarantine as readQuarantineCounts } from "../../../local/page/layers";
import { quarantineBrowser } from "../../../local/page/quarantine";
import { firstTen } from "../../../local/saved-query";
import { retailSummary } from "../../../ops/reconcile/retail-summary";
import { athenaSql } from "../../../ops/reconcile/sql";
import { Summariser } from "../../../ops/reconcile/summary";
import { readQuarantine, readSums, readTable } from "../../../ops/reconcile/tables";
import type { Window } from "../../../ops/reconcile/window";
import { replay } from "../../../ops/recovery/replay";
import { findLines, parseColumnValue } from "../../../ops/trace/find";
import { traceLine } from "../../../ops/trace/journey";
import { RETAIL_PANELS } from "../../../presets/retail/panels";
import type { BatchLayer } from "../../support/batch-layer";
import { judgeRecord } from "../../support/retail";
import { HOURS, NOW } from "./fixture";

const WHOLE: Window = { fromMs: HOURS[0].startMs, toMs: NOW, minutesPerHour: 60 };
const SAMPLE: Window = { fromMs: HOURS[0].startMs + 5 * 60_000, toMs: NOW, minutesPerHour: 20 };

/** A filter of each kind that the page has, of one value and of several. */
const FILTERS = [
  { field: "Country", values: ["France", 'It\'s "100 %" --'] },
  { field: "Customer_ID", values: [undefined, "12417"] },
  { field: "Quantity", values: [-1, 12, undefined] },
];

/**
 * Runs every Athena query of the product on a batch layer, by calling the product's own functions, so that
 * no query text is repeated here.
 */
export async function askEverything(layer: BatchLayer, records: readonly StreamRecord[]): Promise<void> {
  await merge(layer);
  await savedQueries(layer);
  await panels(layer);
  await reconciling(layer);
  await replaying(layer, records);
  await tracing(layer, records);
}

/** Merges twice, because an hour is compared only once it is merged; then again with a difference to find. */
async function merge(layer: BatchLayer): Promise<void> {
  const clock = { now: () => NOW, sleep: (ms: number) => sleep(Math.min(ms, 50)) };
  const ports = layer.ports(clock, () => undefined);
  for (let run = 0; run < 2; run++) await mergeSmallFiles(layer.config, ports, 300_000);
  const late = {
    identity: "late",
    json: JSON.stringify({ record_id: "late", arrived_at: "2026-11-24 04:59:59.999" }),
  };
  await layer.deliver(HOURS[0], "late.json", [late]);
  // Some checks of a result are rarely needed: here the live table serves as the result.
  const { NEW_DATABASE: database, NEW_TABLE_NAME: name } = layer.config;
  const [hour] = HOURS;
  const statements: readonly Statement[] = [
    { kind: "compare", hour },
    { kind: "identities", table: { database, name }, hours: [hour] },
    { kind: "cover", hour, table: { database, name } },
  ];
  for (const statement of statements) {
    const text = ports.queries.text(statement);
    const id = await ports.queries.start(text, `a-token-of-more-than-32-characters-${statement.kind}`);
    while ((await ports.queries.state(id)).state === "running") await sleep(50);
  }
}

async function savedQueries({ athena, s3, plane, analysts }: BatchLayer): Promise<void> {
  for (const { sql, workgroup, database } of plane.namedQueries) {
    await athenaSql(athena, s3, workgroup, database).query(sql, () => undefined);
  }
  await firstTen({ sql: analysts, tables: { json: retailTransaction.tables.raw } });
}

async function panels({ analysts }: BatchLayer): Promise<void> {
  const { merged } = retailTransaction.tables;
  const ask = (sql: string) => analysts.query(sql, () => undefined);
  const panels = RETAIL_PANELS.filter((one) => isDataPanel(one));
  for (const panel of panels) await ask(panelSql(retailTransaction, panel, merged));
  for (const days of [1, 30, 365]) {
    const range = { fromMs: NOW - days * DAY_MS, toMs: NOW };
    const conditions: LineCondition[] = [
      ...scopeConditions(retailTransaction, { range, filters: FILTERS }),
      { kind: "not", condition: { kind: "begins", field: "Invoice", prefix: "C" } },
      { kind: "begins-like", field: "Country", prefix: "f" },
    ];
    for (const panel of panels)
      await ask(panelSql(retailTransaction, panelInRange(panel, range), merged, conditions));
    await ask(countSql(retailTransaction, merged, conditions));
  }
  await readArrivals(analysts, retailTransaction.tables.merged, WHOLE.fromMs, NOW - 15 * 60_000);
  const tables = {
    json: retailTransaction.tables.raw,
    parquet: retailTransaction.tables.merged,
    quarantine: retailTransaction.tables.quarantine,
  };
  const batch = { sql: analysts, tables };
  await readQuarantineCounts({ batch }, NOW, WHOLE.fromMs);
  const browser = quarantineBrowser({ batch });
  for (const { layer, reason } of (await browser.counts()).reasons) {
    const { entries } = await browser.entries({ layer, reason });
    const after = entries.at(0);
    if (after === undefined) throw new Error(`${layer} has no entry with ${reason}`);
    await browser.entries({ layer, reason, after });
  }
}

async function reconciling({ analysts }: BatchLayer): Promise<void> {
  const summariser = new Summariser(retailTransaction, retailSummary);
  for (const table of [retailTransaction.tables.raw, retailTransaction.tables.merged]) {
    for (const window of [undefined, WHOLE, SAMPLE]) {
      await readTable(analysts, table, retailTransaction, () => undefined, window);
      await readSums(analysts, table, summariser, window);
    }
  }
  for (const window of [undefined, WHOLE, SAMPLE])
    await readQuarantine(analysts, retailTransaction.tables.quarantine, window);
}

async function replaying({ analysts }: BatchLayer, records: readonly StreamRecord[]): Promise<void> {
  await replay(
    {
      contract: retailTransaction,
      records: async function* ({ fromMs, toMs }) {
        yield* records.filter(({ arrivedAtMs }) => arrivedAtMs >= fromMs && arrivedAtMs < toMs);
      },
      sql: analysts,
      partitions: async (values) => values,
      put: () => Promise.reject(new Error("a dry run writes nothing")),
      onHour: () => undefined,
    },
    { fromMs: HOURS[0].startMs + HOUR_MS, toMs: NOW },
    { dryRun: true },
  );
}

/** Of each kind of column, a value that a line has; of a line that is stored and one that is refused, the way. */
async function tracing({ analysts, s3 }: BatchLayer, records: readonly StreamRecord[]): Promise<void> {
  // Parquet files are named after the query that wrote them, which is another on each engine.
  const { raw, quarantine } = retailTransaction.tables;
  const batch = { sql: analysts, tables: { json: raw, parquet: raw, quarantine } };
  const lines = records.flatMap((record) => judgeRecord(record));
  const stored = lines.find(isStored);
  const refused = lines.find((line) => !isStored(line));
  if (stored === undefined || refused === undefined) throw new Error("the stream lacks a kind of line");
  for (const { field } of retailTransaction.columns) {
    const value = stored.verdict.values[field];
    if (value === null || value === undefined) continue;
    await findLines({ batch }, parseColumnValue(`${field}=${value}`, retailTransaction.columns), 10);
  }
  const kinesis = { send: async () => ({}) } as unknown as KinesisClient;
  const sources = {
    kinesis,
    streamName: "expired",
    retentionHours: 24,
    contract: retailTransaction,
    batch,
    s3,
  };
  for (const { recordId } of [stored, refused]) await traceLine(sources, recordId);
}
