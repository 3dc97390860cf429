import { DEFAULT_RECORD_KIB } from "../../local/plan/ingest";
import { ASSUMPTIONS, SECONDS } from "./assumptions";
import { type Dial, dialsOf } from "./dials";
import { type Misfit, misfitsOf } from "./fit";
import { LAB } from "./lab";
import { checkRecord, type Load } from "./load";
import { type Item, itemsOf, LAYERS, type Layer, total } from "./model";
import type { Prices } from "./prices";
import type { CostSettings } from "./settings";

/** What a system costs under a load. */
export interface Bill {
  readonly name: string;
  readonly region: string;
  readonly items: readonly Item[];
  /** US dollars a month. */
  readonly layers: Readonly<Record<Layer, number>>;
  readonly dollarsPerMonth: number;
  /** Absent when the system is idle. */
  readonly dollarsPerMillionEvents?: number;
}

export interface CostReport {
  readonly load: Load;
  readonly prices: { readonly region: string; readonly date: string };
  readonly system: Bill;
  /** Absent without `--compare`. */
  readonly compared?: Bill;
  readonly lab: Bill;
  readonly dials: readonly Dial[];
  readonly misfits: readonly Misfit[];
  /** Of the system, and of the compared one. */
  readonly notPriced: readonly { readonly of: string; readonly what: string; readonly why: string }[];
  readonly assumptions: readonly string[];
}

/** @throws UsageError when the stream does not take the load's records */
export function billOf(settings: CostSettings, load: Load, prices: Prices): Bill {
  checkRecord(load, settings.stream?.maxRecordKiB ?? DEFAULT_RECORD_KIB);
  const items = itemsOf(settings, load, prices);
  const layers = Object.fromEntries(
    LAYERS.map((layer) => [layer, total(items.filter((item) => item.layer === layer))]),
  ) as Record<Layer, number>;
  const dollarsPerMonth = total(items);
  return {
    name: settings.name,
    region: settings.region,
    items,
    layers,
    dollarsPerMonth,
    ...(load.eventsPerSecond > 0 && {
      dollarsPerMillionEvents: dollarsPerMonth / ((load.eventsPerSecond * SECONDS) / 1e6),
    }),
  };
}

/** The whole report. @throws UsageError as {@link billOf} */
export function reportOf(
  settings: CostSettings,
  compared: CostSettings | undefined,
  load: Load,
  prices: Prices,
): CostReport {
  const systems = [settings, ...(compared ? [compared] : [])];
  return {
    load,
    prices: { region: prices.region, date: prices.date },
    system: billOf(settings, load, prices),
    ...(compared && { compared: billOf(compared, load, prices) }),
    lab: billOf(LAB, load, prices),
    dials: dialsOf(settings, load, prices),
    misfits: misfitsOf(settings, load, prices),
    notPriced: systems.flatMap(({ name, notPriced }) => notPriced.map((one) => ({ of: name, ...one }))),
    assumptions: [
      `Prices of ${prices.region} on ${prices.date}; the stack is in ${settings.region}${prices.region === settings.region ? "" : ", whose prices differ: give them with --prices"}.`,
      ...[...prices.bySource()].map(
        ([source, names]) => `${names.length} of the prices: ${prices.sources[source]}.`,
      ),
      ...ASSUMPTIONS,
    ],
  };
}
