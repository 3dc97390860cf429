import { SECONDS } from "../../ops/cost/assumptions";
import { type Bill, billOf, reportOf } from "../../ops/cost/cost";
import type { Dial } from "../../ops/cost/dials";
import { LAB } from "../../ops/cost/lab";
import type { Load } from "../../ops/cost/load";
import { type Flow, flowOf, type Item, mergeScan } from "../../ops/cost/model";
import { Prices } from "../../ops/cost/prices";
import { readSettings } from "../../ops/cost/read-settings";
import { dialRows, dollars, layerRows, perMillion, quantity } from "../../ops/cost/report";
import type { CostSettings } from "../../ops/cost/settings";
import { DOCUMENT_BYTES, GIB } from "../../stacks/index-volume";

const PRICES = Prices.ofRepository();
const RATES = [1, 100, 1_000, 10_000] as const;
const PACKS = [1, 25] as const;
const IDLE: Load = { eventsPerSecond: 0, bytes: 187, pack: 1, months: 1 };

const load = (eventsPerSecond: number, pack = 1): Load => ({ eventsPerSecond, bytes: 187, pack, months: 12 });

/** The settings of an environment. @param folder of its synthesized stack; that of its state is beside it */
export function settingsOf(name: string, folder: string): CostSettings {
  const sources = [folder, `${folder}-state`].map((directory) => ({ directory, variables: {} }));
  return readSettings(name, sources, PRICES, {});
}

/** A generated block of a page, between its markers. */
export interface Block {
  readonly page: string;
  readonly name: string;
  readonly text: string;
}

/** A page with a block replaced. @throws Error when the page does not have its markers */
export function withBlock(page: string, { name, text }: Block): string {
  const [begin, end] = [`<!-- ${name}: npm run docs:costs -->`, `<!-- end of ${name} -->`];
  const [before, rest, ...others] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined || others.length > 0) throw new Error(`no block ${name}`);
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}

/** Every figure of the documentation that the model gives. */
export function costBlocks(dev: CostSettings, prod: CostSettings): readonly Block[] {
  return [
    { page: "README.md", name: "idle", text: idleTable(dev, prod) },
    { page: "README.md", name: "sums", text: sumTable(dev, prod) },
    {
      page: "docs/costs.md",
      name: "layers",
      text: RATES.map((rate) => layerTables(rate, dev, prod)).join("\n\n"),
    },
    { page: "docs/costs.md", name: "dials", text: dialTables(prod) },
    { page: "docs/costs.md", name: "assumptions", text: assumptions(prod) },
    { page: "docs/scale.md", name: "scale", text: scaleTable(prod) },
  ];
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[], texts: number): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = `|${head.map((_, column) => (column < texts ? "---|" : "---:|")).join("")}`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

function idleTable(...systems: readonly CostSettings[]): string {
  const bills = systems.map((one) => billOf(one, IDLE, PRICES));
  const key = ({ layer, item, price }: Item): string => {
    const { unit } = PRICES.of(price);
    return `${layer}: ${item.endsWith(unit) ? item : `${item}, ${unit}`}`;
  };
  const all = [...new Map(bills.flatMap(({ items }) => items).map((item) => [key(item), item]))];
  const of = (bill: Bill, name: string) => bill.items.find((item) => key(item) === name);
  const isShown = (name: string): boolean => bills.some((bill) => (of(bill, name)?.dollars ?? 0) >= 0.005);
  const shown = all.filter(([name]) => isShown(name));
  const others = all.filter(([name]) => !isShown(name));
  const rest = bills.map((bill) => others.reduce((sum, [name]) => sum + (of(bill, name)?.dollars ?? 0), 0));
  return markdown(
    ["at rest", "price", ...systems.flatMap(({ name }) => [name, "dollars"])],
    [
      ...shown.map(([name, { price }]) => [
        name,
        quantity(PRICES.of(price).usd),
        ...bills.flatMap((bill) => [
          quantity(of(bill, name)?.quantity ?? 0),
          dollars(of(bill, name)?.dollars ?? 0),
        ]),
      ]),
      [`${others.length} items of less than a cent each`, "", ...rest.flatMap((one) => ["", dollars(one)])],
      ["**sum**", "", ...bills.flatMap(({ dollarsPerMonth }) => ["", `**${dollars(dollarsPerMonth)}**`])],
    ],
    1,
  );
}

function sumTable(...systems: readonly CostSettings[]): string {
  const all = [...systems, LAB];
  return markdown(
    ["events a second", "lines in a record", ...all.flatMap(({ name }) => [name, "a million events"])],
    RATES.flatMap((rate) =>
      PACKS.map((pack) => [
        rate.toLocaleString("en"),
        String(pack),
        ...all
          .map((one) => billOf(one, load(rate, pack), PRICES))
          .flatMap((bill) => [quantity(bill.dollarsPerMonth), perMillion(bill)]),
      ]),
    ),
    0,
  );
}

function layerTables(rate: number, ...systems: readonly CostSettings[]): string {
  const bills = PACKS.flatMap((pack) =>
    [...systems, LAB].map((one) => ({ pack, bill: billOf(one, load(rate, pack), PRICES) })),
  );
  return [
    `### ${rate.toLocaleString("en")} ${rate === 1 ? "event" : "events"} a second`,
    markdown(
      ["layer", ...bills.map(({ pack, bill }) => (pack === 1 ? bill.name : `${bill.name}, pack ${pack}`))],
      layerRows(bills.map(({ bill }) => bill)),
      1,
    ),
    systems
      .flatMap((one) =>
        reportOf(one, undefined, load(rate), PRICES).misfits.map((misfit) => ({ one, misfit })),
      )
      .map(({ one, misfit }) => `- ${one.name}, \`${misfit.setting}\`: ${misfit.problem}.`)
      .join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

const DIAL_RATES = [100, 10_000] as const;

function dialTables(system: CostSettings): string {
  const dials = DIAL_RATES.map((rate) => reportOf(system, undefined, load(rate), PRICES).dials);
  const key = ({ setting, from, to }: Dial): string => `\`${setting}\` | ${from} | ${to}`;
  const keys = new Set(dials.flat().map(key));
  return markdown(
    ["setting", "now", "then", ...DIAL_RATES.map((rate) => `at ${rate.toLocaleString("en")} a second`)],
    [...keys]
      .map((one) => [one, ...dials.map((all) => changeText(all.find((dial) => key(dial) === one)))])
      .filter(([, ...changes]) => changes.some((change) => /[+−]/.test(change))),
    3,
  );
}

/** "–" where the load does not have this value. */
function changeText(dial: Dial | undefined): string {
  return dial === undefined ? "–" : (dialRows([dial])[0]?.at(-1) ?? "0");
}

function assumptions(system: CostSettings): string {
  return reportOf(system, undefined, load(1), PRICES)
    .assumptions.map((one) => `- ${one}`)
    .join("\n");
}

const SCALE_RATES = [1, 100, 10_000, 1_000_000] as const;

/** What the model says of each layer by itself, in prod. */
function scaleTable(system: CostSettings): string {
  const packed = (of: (one: Flow) => number): string[] =>
    SCALE_RATES.map((rate) =>
      PACKS.map((pack) => Math.ceil(of(flowOf(system, load(rate, pack)))).toLocaleString("en")).join(", "),
    );
  const alone = (of: (one: Flow, rate: number) => string): string[] =>
    SCALE_RATES.map((rate) => of(flowOf(system, load(rate)), rate));
  const gib = (value: number): string => {
    if (value < 1) return `${quantity(value * 1024)} MiB`;
    return value < 1024 ? `${quantity(value)} GiB` : `${quantity(value / 1024)} TiB`;
  };
  const atOnce = ({ rate, seconds }: Flow["upsert"]): number => rate * seconds;
  const perMonth = (rate: number): number => (rate * SECONDS * DOCUMENT_BYTES) / GIB;
  return markdown(
    ["at a second", "setting", ...SCALE_RATES.map((rate) => rate.toLocaleString("en"))],
    [
      [
        `shards, with ${PACKS.join(" and ")} lines in a record`,
        "`stream.capacity`, `--pack`",
        ...packed(({ neededShards }) => neededShards),
      ],
      [
        "ValidateRecords at once",
        "concurrency of the account",
        ...packed(({ validate }) => atOnce(validate)),
      ],
      [
        "UpsertToES at once",
        "`speed.parallelizationFactor`, concurrency of the account",
        ...packed(({ upsert }) => atOnce(upsert)),
      ],
      ["raw objects an hour", "`lake.bufferMiB`", ...alone(({ objects }) => quantity(objects * 3600))],
      [
        "largest query of an hour's merge",
        "`merge.scanLimitGiB`",
        ...alone((flow) => gib(mergeScan(system, flow).largest / GIB)),
      ],
      [
        "index of a month, one copy",
        "`speed.shards`, `speed.volumeGiB`, `speed.retentionDays`",
        ...alone((_, rate) => gib(perMonth(rate))),
      ],
    ],
    2,
  );
}
