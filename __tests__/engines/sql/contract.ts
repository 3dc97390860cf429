import { BatchLayer } from "../../support/batch-layer";
import { check, type Report } from "../../terraform/emulated/report";
import { trinoEngines } from "../trino/engine";
import type { Trino } from "../trino/server";
import { type Answer, answersOf, differences } from "./answers";
import { deliver, streamRecords } from "./fixture";
import { productTexts } from "./product-texts";
import { askEverything } from "./questions";

/** Files whose literals are only beginnings of texts, and the list whose complete texts `askEverything` runs. */
const COMPOSED: Readonly<Record<string, string>> = { "dashboards/athena.ts": "RETAIL_PANELS" };

/** Runs every SQL text of the product on the embedded engine and on Trino, over the same objects, and compares the rows. */
export async function contract(report: Report, trino: Trino): Promise<void> {
  report.part("Every SQL text of the product, on DuckDB and on Trino");
  const embedded = await BatchLayer.start();
  try {
    const real = await BatchLayer.start(trinoEngines(trino));
    try {
      await compareLayers(report, embedded, real);
    } finally {
      await real.close();
    }
  } finally {
    await embedded.close();
  }
}

async function compareLayers(report: Report, embedded: BatchLayer, real: BatchLayer): Promise<void> {
  const records = streamRecords();
  let here = new Map<string, Answer>();
  let there = new Map<string, Answer>();
  await report.step("DuckDB is asked everything", async () => {
    here = await asked(embedded, records);
    return summary(here);
  });
  await report.step("Trino is asked everything", async () => {
    there = await asked(real, records);
    return summary(there);
  });
  await report.step("no text failed, and the rows are the same", async () => {
    const faults = [...new Set([...here.keys(), ...there.keys()])].flatMap((sql) => {
      const [left, right] = [here.get(sql), there.get(sql)];
      const told = (what: string) => `${sql.replace(/\s+/g, " ").slice(0, 100)}\n  ${what}`;
      if (left === undefined || right === undefined) return [told("was asked on one engine only")];
      if (left.state !== "SUCCEEDED") return [told(left.reason)];
      return differences(sql, left, right).map(told);
    });
    check(faults.length === 0, faults.join("\n"));
    return `${here.size} texts, ${cells(here)} cells`;
  });
  await report.step("no text of the product was left out", async () => {
    const texts = productTexts().filter(({ place }) => !(fileOf(place) in COMPOSED));
    const asked = [...there.keys()];
    const missing = texts.filter(({ isIn, isVague }) => isVague || !asked.some(isIn));
    check(
      missing.length === 0,
      `the product has SQL that this suite does not run; let __tests__/engines/sql/questions.ts ask it:\n${missing.map(({ place, head }) => `${place}: ${head}`).join("\n")}`,
    );
    const files = new Set(texts.map(({ place }) => fileOf(place)));
    return `${texts.length} literals in ${files.size} files, and what ${Object.entries(COMPOSED).map((entry) => entry.join(" makes of "))}`;
  });
}

function fileOf(place: string): string {
  return place.split(":")[0] ?? place;
}

async function asked(layer: BatchLayer, records: ReturnType<typeof streamRecords>) {
  await deliver(layer, records);
  await askEverything(layer, records);
  return answersOf(layer);
}

function summary(answers: ReadonlyMap<string, Answer>): string {
  const failed = [...answers].filter(([, { state }]) => state !== "SUCCEEDED");
  check(failed.length === 0, failed.map(([sql, { reason }]) => `${reason}\n  ${sql}`).join("\n"));
  return `${answers.size} texts`;
}

function cells(answers: ReadonlyMap<string, Answer>): number {
  return [...answers.values()].reduce((sum, { rows, columns }) => sum + rows.length * columns.length, 0);
}
