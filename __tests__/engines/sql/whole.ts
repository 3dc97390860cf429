import { HOUR_MS } from "../../../contract/hours";
import { retailTransaction } from "../../../contract/retail-transaction";
import type { Outcome } from "../../../lambdas/merge-small-files/outcome";
import { chunks } from "../../../lib/given";
import { readDataPlane } from "../../../local/plan/read-data-plane";
import type { ShardRecord } from "../../../local/services/stream-consumer/shard-reader";
import { retailSummary } from "../../../ops/reconcile/retail-summary";
import { type GroupSums, Summariser, type Sums } from "../../../ops/reconcile/summary";
import { readQuarantine, readSums } from "../../../ops/reconcile/tables";
import type { Terraform } from "../../../ops/terraform/terraform";
import { type LayerLine, tableLines } from "../../support/lines-by-id";
import { glueColumns } from "../../support/retail";
import { ACCOUNT_ID, ENVIRONMENT, type Lane, PLAN } from "../../terraform/emulated/lane";
import { searchDomainNames } from "../../terraform/emulated/parts/deploying";
import { check } from "../../terraform/emulated/report";
import type { Trino } from "../trino/server";
import { DeployedBatchLayer } from "./deployed";
import { type Input, inputStream } from "./stream";

const RECORDS_PER_OBJECT = 15;
/** Hours in which the records arrived; the last may not have ended. */
const SPAN_HOURS = 3;

/**
 * Terraform applies the emulated environment to the stand-in; the real bundles run on its resources, with Trino as
 * Athena; then analysts read the sent lines.
 */
export async function whole(lane: Lane, trino: Trino): Promise<void> {
  const { terraform, folder } = await applied(lane);
  const plane = readDataPlane(folder, { searchEndpoint: "http://127.0.0.1:9" });
  const layer = await DeployedBatchLayer.open(lane.url, plane, trino);
  try {
    await delivered(lane, layer, terraform);
  } finally {
    await layer.close();
  }
}

/** Deploys as an operator does: bootstrap, then a plan that is applied. */
async function applied(lane: Lane): Promise<{ terraform: Terraform; folder: string }> {
  const { report, account } = lane;
  report.part("Terraform applies the emulated environment to the stand-in");
  await report.step("npm run bootstrap", async () => {
    const { stdout } = await lane.npm(0, ["bootstrap", "--", ENVIRONMENT, "--account-id", ACCOUNT_ID]);
    return stdout.split(";")[0] ?? "";
  });
  const { main } = await lane.synthesize("main");
  const terraform = lane.terraform(main.path);
  await report.step("terraform init, plan, apply", async () => {
    await account.makeServiceLinkedRole();
    for (const name of searchDomainNames(main.document)) await account.makeSearchDomain(name);
    await terraform.init();
    check(await terraform.plan(PLAN), "there is nothing to plan");
    const { add, change, remove } = await terraform.apply(PLAN);
    return `${add} added, ${change} changed, ${remove} removed`;
  });
  return { terraform, folder: main.path };
}

async function delivered({ report }: Lane, layer: DeployedBatchLayer, terraform: Terraform): Promise<void> {
  const now = Date.now();
  const input = inputStream(now - SPAN_HOURS * HOUR_MS, now - 60_000);
  const { lines, broken } = input;
  const [early, late] = heldBack(input.records);
  const made = await layer.tables();

  report.part("The functions' bundles in the account that it made; Athena's queries by Trino");
  await report.step("ValidateRecords, as Firehose calls it", async () => {
    const objects = chunks(early, RECORDS_PER_OBJECT);
    for (const records of objects) await layer.deliver(records);
    // At-least-once delivery: the same records again, in an object of another name.
    const again = early.slice(1, RECORDS_PER_OBJECT);
    await layer.deliver(again);
    return `${lines.size} ${input.origin} and ${broken.size} broken lines in ${input.records.length} records; ${objects.length} objects, ${again.length} records in one more, 1 record held back`;
  });
  await report.step("MergeSmallFiles", async () => outcomeText(await layer.runMerge()));
  await report.step("partitions in the account's catalog", () => partitions(layer));
  await report.step("the record that was held back arrives", async () => (await layer.deliver([late])) ?? "");
  await report.step("MergeSmallFiles takes its hour again", async () => {
    const outcome = await layer.runMerge();
    check(outcome.merged.length > 0, JSON.stringify(outcome));
    return outcomeText(outcome);
  });
  await report.step("MergeSmallFiles finds nothing to do", async () => {
    const outcome = await layer.runMerge();
    check(outcome.merged.length === 0, JSON.stringify(outcome));
    return outcomeText(outcome);
  });
  await report.step("no temporary table is left", async () => {
    const left = await layer.tables();
    check(left.join() === made.join(), left.join(", "));
    return left.join(", ");
  });
  await report.step("terraform plan", async () => {
    check(!(await terraform.plan(PLAN)), "what the functions did looks like a change to Terraform");
    return "no changes";
  });

  report.part("Rows that analysts read, in their workgroup");
  await report.step("retail_trans_json", async () => {
    const found = await tableLines(layer.analysts, retailTransaction.tables.raw, retailTransaction);
    const duplicates = assertLines(found, lines);
    check(duplicates > 0, "the second delivery left no duplicates");
    return `${found.size} identities with the values that were sent, ${duplicates} duplicates`;
  });
  await report.step("ctas_retail_trans_parquet", async () => {
    const found = await tableLines(layer.analysts, retailTransaction.tables.merged, retailTransaction);
    const duplicates = assertLines(found, lines);
    check(duplicates === 0, `${duplicates} duplicates`);
    return `${found.size} identities with the values that were sent, each once`;
  });
  await report.step("retail_trans_quarantine", async () => {
    const found = await readQuarantine(layer.analysts, retailTransaction.tables.quarantine);
    const ids = [...found.keys()];
    check(ids.length === broken.size && ids.every((id) => broken.has(id)), `${ids.length} identities`);
    return `${found.size} identities, those of the broken lines`;
  });
  await report.step("sums by country, from Parquet", async () => {
    const found = await readSums(
      layer.analysts,
      retailTransaction.tables.merged,
      new Summariser(retailTransaction, retailSummary),
    );
    return assertSums(found, input.sums);
  });
}

/** Holds back one record of an hour that has ended. */
function heldBack(records: readonly ShardRecord[]): [ShardRecord[], ShardRecord] {
  const at = Math.floor(records.length / 3);
  const late = records[at];
  check(late !== undefined, "there are no records");
  return [[...records.slice(0, at), ...records.slice(at + 1)], late];
}

function outcomeText({ merged, registered, compared, queries, failed, refused, postponed }: Outcome): string {
  const left = [...failed, ...refused, ...postponed];
  check(left.length === 0, JSON.stringify(left));
  const differences = compared.reduce((sum, hour) => sum + hour.differences, 0);
  check(differences === 0, JSON.stringify(compared));
  return [
    `${registered} partitions registered, ${merged.length} hours merged, ${compared.length} compared without a difference, ${queries} queries`,
    ...merged.map(
      ({ hour, objects, rows, files, bytes }) =>
        `${hour}: ${objects} objects to ${files} files, ${rows} rows, ${bytes} bytes`,
    ),
  ].join("\n");
}

/** Checks that the partitions match Terraform's tables in location and format. */
async function partitions(layer: DeployedBatchLayer): Promise<string> {
  const raw = await layer.partitions(retailTransaction.tables.raw);
  const parquet = await layer.partitions(retailTransaction.tables.merged);
  for (const { StorageDescriptor, Values = [] } of [...raw, ...parquet]) {
    const [year, month, day, hour] = Values;
    const folder = `/year=${year}/month=${month}/day=${day}/hour=${hour}/`;
    check(StorageDescriptor?.Location?.includes(folder) === true, JSON.stringify(StorageDescriptor));
    check((StorageDescriptor.Columns ?? []).length === glueColumns().length, `${folder} has other columns`);
  }
  const [first] = parquet;
  return `${raw.length} of the raw table, ${parquet.length} of the Parquet table, such as\n${first?.StorageDescriptor?.Location}\n${JSON.stringify(first?.Parameters)}`;
}

/** Checks that each sent line is there with its values, and no other. @returns the number of duplicates */
function assertLines(found: ReadonlyMap<string, LayerLine>, sent: ReadonlyMap<string, string>): number {
  const missing = [...sent.keys()].filter((id) => !found.has(id));
  const extra = [...found.keys()].filter((id) => !sent.has(id));
  const other = [...found].filter(([id, { checksums }]) => checksums.some((sum) => sum !== sent.get(id)));
  check(
    missing.length + extra.length + other.length === 0,
    `${missing.length} missing, such as ${missing[0]}; ${extra.length} extra, such as ${extra[0]}; ${other.length} with other values, such as ${other[0]?.[0]}`,
  );
  return [...found.values()].reduce((sum, { checksums }) => sum + checksums.length - 1, 0);
}

function assertSums(found: Sums, sent: Input["sums"]): string {
  const line = (country: string, { rows = 0, quantity = 0, revenue = 0 }: GroupSums): string =>
    `${country}: ${rows} rows, quantity ${quantity}, revenue ${Number(revenue).toFixed(2)}`;
  const text = (sums: Sums): string[] =>
    Object.entries(sums)
      .sort(([, a], [, b]) => Number(b["revenue"]) - Number(a["revenue"]))
      .map(([country, sum]) => line(country, sum));
  const [these, those] = [text(found), text(sent)];
  check(these.join("\n") === those.join("\n"), `${these.join("\n")}\nagainst\n${those.join("\n")}`);
  return ["those of the input", ...these].join("\n");
}
