import { readFileSync } from "node:fs";
import { UsageError } from "../../lib/exit";
import { isJsonObject, isList, type Json, type JsonObject, member, objectOf } from "../../lib/json";
import { messageOf } from "../../lib/message-of";
import table from "./prices.json";

/** A price that this model cannot do without. */
export type PriceName = keyof typeof table.prices;

/** Beyond so many units a month each further one costs less. */
interface Tier {
  readonly above: number;
  readonly usd: number;
}

interface Price {
  /** US dollars for a unit, before tax. */
  readonly usd: number;
  readonly unit: string;
  /** A key of the table's `sources`. */
  readonly source: string;
  /** Ascending. */
  readonly tiers: readonly Tier[];
}

/** Prices of one region on one day. */
export class Prices {
  private constructor(
    readonly region: string,
    /** When they were collected, `YYYY-MM-DD`. */
    readonly date: string,
    /** Where they come from, by the names that prices use. */
    readonly sources: Readonly<Record<string, string>>,
    private readonly prices: ReadonlyMap<string, Price>,
  ) {}

  /** Those of this repository, `ops/cost/prices.json`. */
  static ofRepository(): Prices {
    return Prices.parse(table, "ops/cost/prices.json");
  }

  /** Those of a file in the same form. @throws UsageError naming what is wrong in it */
  static ofFile(path: string): Prices {
    let document: unknown;
    try {
      document = JSON.parse(readFileSync(path, "utf8"));
    } catch (error) {
      throw new UsageError(`--prices ${path}: ${messageOf(error)}`);
    }
    return Prices.parse(document, `--prices ${path}`);
  }

  private static parse(document: unknown, place: string): Prices {
    if (!isJsonObject(document)) throw new UsageError(`${place}: must be an object`);
    const text = (key: string): string => {
      const value = member(document, key);
      if (typeof value !== "string" || value === "") throw new UsageError(`${place}: ${key} must be a text`);
      return value;
    };
    const sources = Object.fromEntries(
      Object.entries(objectOf(document, "sources")).map(([name, what]) => [name, String(what)]),
    );
    const written = objectOf(document, "prices");
    const absent = Object.keys(table.prices).filter((name) => !Object.hasOwn(written, name));
    if (absent.length > 0) throw new UsageError(`${place}: prices has no ${absent.join(", ")}`);
    const prices = Object.entries(written).map(([name, value]): [string, Price] => [
      name,
      parsePrice(value, sources, `${place}: prices["${name}"]`),
    ]);
    return new Prices(text("region"), text("date"), sources, new Map(prices));
  }

  of(name: PriceName): Price {
    const price = this.prices.get(name);
    if (price === undefined) throw new TypeError(`no price ${name}`);
    return price;
  }

  /** The price of something that another stack may have in any kind, such as a type of node. */
  find(name: string): { readonly name: PriceName; readonly price: Price } | undefined {
    const price = this.prices.get(name);
    return price && { name: name as PriceName, price };
  }

  /** The kinds of something that have a price: what follows `prefix` in the names. */
  kinds(prefix: string): readonly string[] {
    return [...this.prices.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  }

  /** Names of the prices by source. */
  bySource(): ReadonlyMap<string, readonly string[]> {
    const groups = new Map<string, string[]>();
    for (const [name, { source }] of this.prices) groups.set(source, [...(groups.get(source) ?? []), name]);
    return groups;
  }
}

function parsePrice(value: Json, sources: Readonly<Record<string, string>>, place: string): Price {
  if (!isJsonObject(value)) throw new UsageError(`${place} must be an object`);
  const unit = member(value, "unit");
  const source = member(value, "source");
  if (typeof unit !== "string") throw new UsageError(`${place}.unit must be a text`);
  if (typeof source !== "string" || !Object.hasOwn(sources, source)) {
    throw new UsageError(`${place}.source must be one of ${Object.keys(sources).join(", ")}`);
  }
  const tiers = member(value, "tiers") ?? [];
  if (!isList(tiers)) throw new UsageError(`${place}.tiers must be a list`);
  const parsed = tiers.map((tier, index) => {
    if (!isJsonObject(tier)) throw new UsageError(`${place}.tiers[${index}] must be an object`);
    return { above: amount(tier, "above", place), usd: amount(tier, "usd", place) };
  });
  const ascends = parsed.every(({ above }, index) => above > (parsed[index - 1]?.above ?? 0));
  if (!ascends) throw new UsageError(`${place}.tiers must ascend`);
  return { usd: amount(value, "usd", place), unit, source, tiers: parsed };
}

function amount(object: JsonObject, key: string, place: string): number {
  const value = member(object, key);
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new UsageError(`${place}.${key} must be a number of 0 or more`);
}

/** What a quantity costs, in US dollars. */
export function costOf(quantity: number, { usd, tiers }: Pick<Price, "usd" | "tiers">): number {
  let dollars = 0;
  let from = 0;
  let price = usd;
  for (const tier of tiers) {
    dollars += (Math.min(quantity, tier.above) - Math.min(quantity, from)) * price;
    from = tier.above;
    price = tier.usd;
  }
  return dollars + Math.max(0, quantity - from) * price;
}
