import { PutObjectCommand } from "@aws-sdk/client-s3";
import fc from "fast-check";
import type { Column } from "../../../contract/column";
import type { ColumnValue } from "../../../contract/column-value";
import { plainDigits } from "../../../contract/exact-number";
import { HOUR_MS, type Hour, hourOf } from "../../../contract/hours";
import { isStored, type Line, type StoredLine } from "../../../contract/lines";
import { quarantineEntry, writeQuarantine } from "../../../contract/quarantine";
import { retailTransaction } from "../../../contract/retail-transaction";
import { storedColumns } from "../../../contract/stored-columns";
import { glueCatalog } from "../../../lambdas/merge-small-files/aws-catalog";
import { hourLocation, s3Uri } from "../../../lambdas/merge-small-files/locations";
import { chunks } from "../../../lib/given";
import { QueryFailure } from "../../../local/services/protocol/errors";
import { ZONES } from "../../../modules/batch/zones";
import { BatchLayer } from "../../support/batch-layer";
import { COLUMNS, judgeRecord, storedJson } from "../../support/retail";
import { check, type Report } from "../../terraform/emulated/report";
import { makeCatalogs, type TrinoCatalogs } from "../trino/catalogs";
import type { TrinoCell } from "../trino/client";
import { TrinoEngine } from "../trino/engine";
import type { Trino } from "../trino/server";
import { EDGE_CASES } from "./edge-cases";
import { ARRIVED_MS, anyLine } from "./lines";

const GENERATED = 45_000;
const LINES_PER_RECORD = 20;
const LINES_PER_OBJECT = 1_000;
/** Seed of the run whose lines are to be repeated. */
const SEED_VARIABLE = "ENGINES_SEED";
/** Maximum number of faults shown. */
const SHOWN = 5;

/** Trino's JSON table reads each line in the lake exactly as the judge understood it. */
export async function judge(report: Report, trino: Trino): Promise<void> {
  report.part("The judge of a line against Trino's JSON table");
  let catalogs: TrinoCatalogs | undefined;
  const layer = await BatchLayer.start(async (source) => {
    catalogs = await makeCatalogs(trino, source);
    return new TrinoEngine(trino.client, catalogs);
  });
  try {
    check(catalogs !== undefined, "there are no catalogs");
    const session = { catalog: catalogs.data, schema: layer.config.OLD_DATABASE };
    const select = (sql: string): Promise<TrinoCell[][]> => trino.client.all(sql, session);
    await generated(report, layer, select);
    await edgeCases(report, layer, select);
  } finally {
    await layer.close();
  }
}

type Select = (sql: string) => Promise<TrinoCell[][]>;

async function generated(report: Report, layer: BatchLayer, select: Select): Promise<void> {
  const seed = Number(process.env[SEED_VARIABLE] ?? Date.now() % 2 ** 31);
  let lines: Line[] = [];
  await report.step("lines are generated and judged", async () => {
    lines = judged(fc.sample(anyLine, { numRuns: GENERATED, seed }));
    const stored = lines.filter(isStored).length;
    const reasons = new Map<string, number>();
    for (const { verdict } of lines) {
      if (!verdict.accepted) reasons.set(verdict.reason, (reasons.get(verdict.reason) ?? 0) + 1);
    }
    const refused = [...reasons].sort(([, a], [, b]) => b - a).map(([reason, count]) => `${count} ${reason}`);
    check(stored >= 20_000, `of ${lines.length} lines only ${stored} were accepted`);
    return `${lines.length} lines of ${GENERATED} generated (${SEED_VARIABLE}=${seed}): ${stored} accepted, ${refused.join(", ")}`;
  });
  const stored = lines.filter(isStored);
  await report.step("what was accepted, as the table has it", async () => {
    const hour = hourOf(ARRIVED_MS);
    for (const [number, part] of chunks(stored, LINES_PER_OBJECT).entries()) {
      const object = part.map((line) => ({ identity: line.recordId, json: storedJson(line) }));
      await layer.deliver(hour, `${number}.json`, object);
    }
    await register(layer, [hour]);
    const columns = storedColumns(COLUMNS).map(({ field }) => field);
    const rows = await select(`SELECT ${columns.join(", ")} FROM ${retailTransaction.tables.raw}`);
    return sameLines(stored, rows);
  });
  await report.step("what was refused, as the quarantine has it", async () => {
    const { bucket } = layer.config.OLD_TABLE_LOCATION_PREFIX;
    const entries = lines.flatMap((line) => {
      const { verdict } = line;
      return verdict.accepted ? [] : [quarantineEntry(line, "batch", verdict.reason, verdict.detail)];
    });
    for (const part of chunks(entries, LINES_PER_OBJECT)) {
      await writeQuarantine(part, ZONES.quarantine, async (Key, Body) => {
        await layer.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
      });
    }
    const rows = await select(
      `SELECT record_id, arrived_at, layer, reason, detail, original FROM ${retailTransaction.tables.quarantine}`,
    );
    const found = new Map(rows.map((row) => [row[0], JSON.stringify(row)]));
    const faults = entries.filter((entry) => {
      const { record_id, arrived_at, layer: by, reason, detail, original } = entry;
      return found.get(record_id) !== JSON.stringify([record_id, arrived_at, by, reason, detail, original]);
    });
    check(
      rows.length === entries.length && faults.length === 0,
      `${rows.length} rows of ${entries.length}; read otherwise: ${faults
        .slice(0, SHOWN)
        .map((entry) => JSON.stringify(entry))
        .join("\n")}`,
    );
    return `${rows.length} rows, every value the same`;
  });
}

/** Lines as they come from the stream, several in one record. */
function judged(texts: readonly Uint8Array[]): Line[] {
  return chunks(texts, LINES_PER_RECORD).flatMap((part, number) =>
    judgeRecord({
      shardId: "shardId-000000000000",
      sequenceNumber: `49${String(number).padStart(54, "0")}`,
      arrivedAtMs: ARRIVED_MS + number,
      data: Buffer.concat(part.flatMap((text) => [text, Buffer.from("\n")])),
    }),
  );
}

/** Checks that every line is there once, with the values that the judge understood. */
function sameLines(stored: readonly StoredLine[], rows: readonly (readonly TrinoCell[])[]): string {
  const at = COLUMNS.length;
  const found = Map.groupBy(rows, (row) => row[at] ?? null);
  const faults = stored.flatMap((line) => {
    const [row, second] = found.get(line.recordId) ?? [];
    if (row === undefined) return [`${storedJson(line)} is not there`];
    if (second !== undefined) return [`${storedJson(line)} is there twice`];
    const wrong = COLUMNS.filter(
      (column, index) => !isRead(column, line.verdict.values[column.field] ?? null, row[index] ?? null),
    );
    const names: string[] = wrong.map(({ field }) => field);
    if (row[at + 1] !== line.arrivedAt) names.push("arrived_at");
    if (row[at + 2] !== line.verdict.extra) names.push("extra");
    return names.length === 0
      ? []
      : [`${names.join(", ")} of ${storedJson(line).slice(0, 500)} read as ${JSON.stringify(row)}`];
  });
  check(
    rows.length === stored.length && faults.length === 0,
    `${rows.length} rows of ${stored.length} lines, ${faults.length} read otherwise:\n${faults.slice(0, SHOWN).join("\n")}`,
  );
  return `${rows.length} rows, every value the same`;
}

/** Whether a cell equals a value: texts to the last character, numbers to the last bit. */
function isRead({ kind }: Column, value: ColumnValue, cell: TrinoCell): boolean {
  if (value === null || cell === null) return value === cell;
  if (kind === "decimal" || kind === "bigint") return plainDigits(String(cell)) === value;
  // JavaScript's JSON writer writes negative zero as 0.
  if (typeof value === "number") return Object.is(Number(cell), value + 0);
  return cell === value || cell === `${value}.000`;
}

/** The same table with lines that were not judged: it must misread them, otherwise the test proves nothing. */
async function edgeCases(report: Report, layer: BatchLayer, select: Select): Promise<void> {
  await report.step("lines that nobody judged", async () => {
    const first = hourOf(ARRIVED_MS + 24 * HOUR_MS).startMs;
    const cases = EDGE_CASES.map((edge, index) => ({ ...edge, hour: hourOf(first + index * HOUR_MS) }));
    await register(
      layer,
      cases.map(({ hour }) => hour),
    );
    const told: string[] = [];
    for (const { what, text, read, hour, accepted = 0 } of cases) {
      const passed = judged([Buffer.from(text)]).filter(isStored).length;
      check(passed === accepted, `${what}: the judge accepts ${passed} lines of it, not ${accepted}`);
      await layer.deliver(hour, "edge.json", [{ identity: what, json: text }]);
      const columns = [...new Set(read?.flatMap(Object.keys) ?? ["invoice"])];
      const [year, month, day, of] = hour.values.map(Number);
      const sql = `SELECT ${columns.join(", ")} FROM ${retailTransaction.tables.raw} WHERE year = ${year} AND month = ${month} AND day = ${day} AND hour = ${of}`;
      const seen = await select(sql).catch((error: unknown) => {
        if (error instanceof QueryFailure) return error;
        throw error;
      });
      const wanted = read?.map((row) => columns.map((column) => row[column] ?? null));
      const failed = seen instanceof QueryFailure;
      check(
        failed ? read === undefined : JSON.stringify(seen) === JSON.stringify(wanted),
        `${what}: ${failed ? seen.message : JSON.stringify(seen)}, not ${JSON.stringify(wanted)}`,
      );
      told.push(
        `${what}: ${failed ? `the query fails (${seen.code})` : columns.map((column, at) => `${column} ${seen.map((row) => row[at] ?? "NULL").join(" and ")}`).join(", ")}`,
      );
    }
    return ["read as foreseen, and the judge lets none of it pass", ...told].join("\n");
  });
}

async function register(layer: BatchLayer, hours: readonly Hour[]): Promise<void> {
  const { config } = layer;
  await glueCatalog(layer.glue).createPartitions(
    { database: config.OLD_DATABASE, name: config.OLD_TABLE_NAME },
    hours.map((hour) => ({
      values: hour.values,
      location: s3Uri(hourLocation(config.OLD_TABLE_LOCATION_PREFIX, hour)),
      parameters: {},
    })),
  );
}
