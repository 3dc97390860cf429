import Table from "cli-table3";
import { counted } from "../../lib/counted";
import type { Faults, LayerName } from "./compare";
import type { Conclusion } from "./conclusion";
import type { LayerSums, Reconciliation } from "./reconcile";
import type { GroupSums, Measure, Sums } from "./summary";

/** Identities shown of each list; the report says how many there are in all. */
const LONGEST_LIST = 100;

/** Digits behind the point of a sum, at most: more than a decimal has. */
const MOST_DIGITS = 20;

/** The report as one JSON document: counts are of lines, lists are cut to {@link LONGEST_LIST}. */
interface ReportDocument extends Readonly<Record<string, unknown>> {
  readonly agree: boolean;
  /** Reasons against "all layers agree". */
  readonly reasons: readonly string[];
}

/** Renders a reconciliation as JSON. */
export function reportDocument(found: Reconciliation, { agree, reasons }: Conclusion): ReportDocument {
  const cut: Record<string, number> = {};
  const shown = <T>(name: string, list: readonly T[]): readonly T[] => {
    if (list.length > LONGEST_LIST) cut[name] = list.length;
    return list.slice(0, LONGEST_LIST);
  };
  const faults = (name: string, lists: Faults): Record<string, readonly string[]> =>
    Object.fromEntries(
      Object.entries(lists).map(([source, ids]) => [source, shown(`${name}.${source}`, ids)]),
    );
  const quarantine = [...found.quarantine].map(([record_id, { reason, detail, layers }]) => {
    return { record_id, reason, detail, layers };
  });
  const discarded = [...found.discarded].map(([record_id, line]) => ({ record_id, ...line }));
  return {
    agree,
    reasons,
    acknowledged: found.acknowledged,
    ...found.counts,
    quarantined: found.quarantined,
    missing: faults("missing", found.missing),
    duplicates: faults("duplicates", found.duplicates),
    altered: faults("altered", found.altered),
    storedBefore: found.storedBefore,
    notComparable: found.notComparable,
    unknown: faults("unknown", found.unknown),
    discarded: shown("discarded", discarded),
    extra: shown("extra", found.extra),
    quarantine: shown("quarantine", quarantine),
    summary: sumsDocument(found.summary),
    // Full lengths of the lists that were cut.
    ...(Object.keys(cut).length > 0 && { cut }),
  };
}

const LAYER_TITLES: Readonly<Record<LayerName, string>> = {
  raw: "raw zone (JSON)",
  parquet: "Parquet",
  indexed: "search index",
};

/** Renders a reconciliation as text. */
export function reportText(found: Reconciliation, conclusion: Conclusion): string {
  const layers = new Table({
    head: ["layer", "lines", "missing", "duplicates", "altered", "unknown"],
    colAligns: ["left", "right", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const [name, lines] of Object.entries(found.counts)) {
    const layer = name as LayerName;
    const counts = [found.missing, found.duplicates, found.altered, found.unknown].map((faults) => {
      return (faults[layer]?.length ?? 0).toLocaleString("en");
    });
    layers.push([LAYER_TITLES[layer], lines.toLocaleString("en"), ...counts]);
  }
  const lines = [
    layers.toString(),
    `acknowledged ${found.acknowledged.toLocaleString("en")}, quarantined ${found.quarantined.toLocaleString("en")}, extra ${found.extra.length.toLocaleString("en")}`,
  ];
  if (found.storedBefore > 0) {
    const count = found.storedBefore.toLocaleString("en");
    lines.push(`stored before there was a column extra, so compared without unknown columns: ${count}`);
  }
  for (const [kind, faults] of Object.entries({
    missing: found.missing,
    duplicates: found.duplicates,
    altered: found.altered,
    unknown: found.unknown,
  })) {
    for (const [source, ids] of Object.entries(faults)) {
      if (ids.length > 0) lines.push(`${kind} in ${source}: ${firstOf(ids)}`);
    }
  }
  for (const [condition, { lines: count, locations }] of discardedByCondition(found)) {
    lines.push(`discarded, ${condition}: ${counted(count, "line")}, in ${firstOf([...locations])}`);
  }
  for (const [reason, count] of reasonCounts(found)) lines.push(`quarantined, ${reason}: ${count}`);
  lines.push(conclusion.text);
  return lines.join("\n");
}

function sumsDocument({ definition, ...sums }: LayerSums): Readonly<Record<string, unknown>> {
  return { ...(definition.groupBy !== undefined && { groupBy: definition.groupBy }), ...sums };
}

/**
 * The sums as a table: a row for each group, with the last measure of every data source; without groups a row for each
 * measure.
 */
export function summaryText(summary: LayerSums): string {
  const { definition, json, parquet, index } = summary;
  const read = { ...(json && { JSON: json }), ...(parquet && { Parquet: parquet }), ...(index && { index }) };
  const titles = Object.keys(read);
  const layers = Object.values<Sums>(read);
  const lines = { name: "rows", decimals: 0 };
  if (definition.groupBy === undefined) {
    const table = sumsTable(["", ...titles]);
    for (const measure of [lines, ...definition.measures]) {
      const name = measure === lines ? "lines" : measure.name;
      table.push([name, ...layers.map((layer) => shown(Object.values(layer)[0], measure))]);
    }
    return table.toString();
  }
  const [last = lines, ...others] = definition.measures.toReversed();
  const [first, ...rest] = titles;
  const columns = [lines, ...others.reverse()];
  const table = sumsTable([
    definition.groupBy.toLowerCase(),
    "lines",
    ...columns.slice(1).map(({ name }) => name),
    `${last === lines ? "lines" : last.name}, ${first}`,
    ...rest,
  ]);
  for (const [group, sums] of Object.entries(layers[0] ?? {})) {
    table.push([
      group,
      ...columns.map((measure) => shown(sums, measure)),
      ...layers.map((layer) => shown(layer[group], last)),
    ]);
  }
  return table.toString();
}

function shown(sums: GroupSums | undefined, { name, decimals }: Pick<Measure, "name" | "decimals">): string {
  const sum = sums?.[name];
  if (sum === undefined) return "";
  const digits = { minimumFractionDigits: decimals ?? 0, maximumFractionDigits: decimals ?? MOST_DIGITS };
  // Of a text it formats every digit.
  return new Intl.NumberFormat("en", digits).format(sum as number);
}

function sumsTable(head: readonly string[]): Table.Table {
  return new Table({
    head: [...head],
    colAligns: head.map((_, at) => (at === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
}

function firstOf(ids: readonly string[]): string {
  const rest = ids.length > 5 ? `, and ${(ids.length - 5).toLocaleString("en")} more` : "";
  return ids.slice(0, 5).join(", ") + rest;
}

function discardedByCondition({
  discarded,
}: Reconciliation): Map<string, { lines: number; locations: Set<string> }> {
  const conditions = new Map<string, { lines: number; locations: Set<string> }>();
  for (const { condition, location } of discarded.values()) {
    const known = conditions.get(condition) ?? { lines: 0, locations: new Set() };
    known.lines++;
    known.locations.add(location);
    conditions.set(condition, known);
  }
  return conditions;
}

function reasonCounts({ quarantine }: Reconciliation): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of quarantine.values()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}
