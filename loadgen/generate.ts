import type { RetailTransaction } from "../contract/retail-transaction";
import { DAY_MS, formatTimestamp } from "../contract/timestamp";
import { Catalogue, type Product, productOf, roundToPence } from "./catalogue";
import {
  businessOf,
  CANCELLATIONS_PER_SALE,
  CANCELLED_WITHIN_DAYS,
  COUNTRIES,
  CUSTOMER_CONCENTRATION,
  FREE_LINES,
  GUEST_SALES,
  HOME,
  LINES_OF_CANCELLATION,
  LINES_OF_SALE,
  LINES_PER_SALE,
  MANUAL_CHARGE,
  POSTAGE,
  QUANTITIES,
  REPEATED_PRODUCT,
  sample,
  WHOLE_LINE_CANCELLED,
} from "./distributions";
import { type History, PastTimes } from "./past-times";
import { Random, WeightedValues } from "./random";
import { numbered, type Source, type SourceLine } from "./source";

/** First customer number, as in the source. */
const FIRST_CUSTOMER = 12_346;
/** First invoice number, as in the source. */
const FIRST_INVOICE = 489_434;
const SECONDS_LENGTH = "YYYY-MM-DD HH:MM:SS".length;
/** Sales that can still be cancelled, at most. */
const RECENT_SALES = 200;

const SALES_BY_COUNTRY = COUNTRIES.map(({ name, sales }) => [name, sales] as const);

/** Numbers of customers by country, each as likely as it is busy. */
type Customers = ReadonlyMap<string, WeightedValues<string>>;

/** A line of an invoice. */
interface Item {
  readonly product: Product;
  readonly units: number;
  /** The product's, but for what is given away. */
  readonly price: number;
}

/** What is bought or taken back together. */
interface Sale {
  readonly customer: string;
  readonly country: string;
  readonly items: readonly Item[];
}

interface Invoice extends Sale {
  readonly number: string;
  /** `YYYY-MM-DD HH:MM:SS` */
  readonly date: string;
}

/**
 * Synthetic rows without end: sales of several lines, some cancelled later in part, regular customers and guests,
 * distributed like the real ones (see `distributions.ts`). The same seed and number of lines of a history give the same
 * rows, but for `InvoiceDate`, which is the time at which an invoice's first line is taken. With a history, the invoices
 * that begin on its lines are dated back, in order, by season, weekday and hours of business.
 * @param now milliseconds since 1970
 */
export function* generate(
  seed: number,
  now: () => number = Date.now,
  history?: History,
): Generator<RetailTransaction, never> {
  const source = invoices(seed, now, history);
  for (;;) {
    const { number, date, customer, country, items } = source.next().value;
    for (const { product, units, price } of items) {
      yield {
        Invoice: number,
        StockCode: product.stockCode,
        Description: product.description,
        Quantity: units,
        InvoiceDate: date,
        Price: price,
        Customer_ID: customer,
        Country: country,
      };
    }
  }
}

/** The rows of {@link generate} as lines to send, as `JSON.stringify` writes them. */
export function syntheticLines(
  seed: number,
  now: () => number = Date.now,
  history?: History,
): Source<SourceLine> {
  return numbered(texts(seed, now, history));
}

function* texts(seed: number, now: () => number, history: History | undefined): Generator<string> {
  for (const { number, date, customer, country, items } of invoices(seed, now, history)) {
    const before = `{"Invoice":"${number}",`;
    const between = `,"InvoiceDate":"${date}","Price":`;
    const behind = `,"Customer_ID":${JSON.stringify(customer)},"Country":${JSON.stringify(country)}}`;
    for (const { product, units, price } of items) {
      yield `${before}${product.members},"Quantity":${units}${between}${price}${behind}`;
    }
  }
}

function* invoices(seed: number, now: () => number, history: History | undefined): Generator<Invoice, never> {
  const random = new Random(seed);
  const catalogue = new Catalogue(random);
  const customers = makeCustomers(random);
  const recent: Sale[] = [];
  let number = FIRST_INVOICE + random.below(10_000);
  const cancellable = history === undefined ? RECENT_SALES : cancellableOf(history);
  const dateOf = dates(seed, now, history);

  for (;;) {
    const sale = makeSale(random, catalogue, customers);
    yield { number: String(number++), date: dateOf(sale), ...sale };
    recent.push(sale);
    if (recent.length > cancellable) recent.shift();
    if (random.chance(CANCELLATIONS_PER_SALE)) {
      const cancellation = cancel(random, recent);
      yield { number: `C${number++}`, date: dateOf(cancellation), ...cancellation };
    }
  }
}

/** How many of its sales a history makes within the time in which sales are cancelled. */
function cancellableOf({ lines, spanMs }: History): number {
  const salesPerDay = lines / LINES_PER_SALE / (spanMs / DAY_MS);
  return Math.min(Math.max(Math.round(salesPerDay * CANCELLED_WITHIN_DAYS), 1), RECENT_SALES);
}

/** Dates of invoices, asked for in their order: of the history while there are lines of it left, then now. */
function dates(seed: number, now: () => number, history: History | undefined): (invoice: Sale) => string {
  const textOf = (ms: number): string =>
    formatTimestamp(Math.floor(ms / 1000) * 1000).slice(0, SECONDS_LENGTH);
  if (history === undefined) return () => textOf(now());
  // Its own numbers, so that a history moves no others.
  const random = new Random(seed, 3);
  let times: PastTimes | undefined;
  let lines = 0;
  return ({ items: { length } }) => {
    if (lines >= history.lines) return textOf(now());
    times ??= new PastTimes(history, now(), businessOf);
    const share = (lines + random.next() * length) / history.lines;
    lines += length;
    return textOf(times.at(share));
  };
}

function makeCustomers(random: Random): Customers {
  let id = FIRST_CUSTOMER;
  return new Map(
    COUNTRIES.map(({ name, customers }) => [
      name,
      new WeightedValues(
        Array.from({ length: customers }, (_, rank) => {
          id += 1 + random.below(60);
          return [String(id), (rank + 1) ** -CUSTOMER_CONCENTRATION] as const;
        }),
      ),
    ]),
  );
}

function makeSale(random: Random, catalogue: Catalogue, customers: Customers): Sale {
  const country = random.weighted(SALES_BY_COUNTRY);
  const known = customers.get(country);
  if (known === undefined) throw new RangeError(`no customers in ${country}`);
  const customer = random.chance(GUEST_SALES) ? "" : known.pick(random);
  const items: Item[] = [];
  const taken = new Set<Product>();
  const isAbroad = country !== HOME;
  const goods = Math.max(Math.round(sample(random, LINES_OF_SALE)), isAbroad ? 0 : 1);
  for (let lines = goods; lines > 0; lines--) {
    let product = catalogue.draw(random);
    if (taken.has(product) && !random.chance(REPEATED_PRODUCT)) product = catalogue.draw(random);
    taken.add(product);
    items.push(order(random, product));
  }
  if (random.chance(MANUAL_CHARGE.share)) items.push(manualCharge(random));
  if (isAbroad && (items.length === 0 || random.chance(POSTAGE.share))) items.push(postage(random));
  return { customer, country, items };
}

function order(random: Random, product: Product): Item {
  const band = QUANTITIES.find(({ below }) => product.price < below);
  if (band === undefined) throw new RangeError(`no quantities for a price of ${product.price}`);
  const units = Math.round(sample(random, band.units));
  return { product, units, price: random.chance(FREE_LINES) ? 0 : product.price };
}

function postage(random: Random): Item {
  const price = random.weighted<number>(POSTAGE.prices);
  const units = random.weighted<number>(POSTAGE.parcels);
  return { product: productOf("POST", "POSTAGE", price), units, price };
}

function manualCharge(random: Random): Item {
  const { smallest, largest } = MANUAL_CHARGE;
  const price = roundToPence(smallest * (largest / smallest) ** random.next());
  return { product: productOf("M", "Manual", price), units: 1, price };
}

/** Takes back some lines of a recent sale, which is not cancelled again. */
function cancel(random: Random, recent: Sale[]): Sale {
  const wanted = Math.round(sample(random, LINES_OF_CANCELLATION));
  const large = recent.filter(({ items }) => items.length >= wanted);
  const sale = random.pick(large.length > 0 ? large : recent);
  recent.splice(recent.indexOf(sale), 1);
  const { customer, country } = sale;
  const count = Math.min(sale.items.length, wanted);
  const first = random.below(sale.items.length - count + 1);
  const items = sale.items.slice(first, first + count).map((item) => {
    const units = random.chance(WHOLE_LINE_CANCELLED) ? item.units : 1 + random.below(item.units);
    return { product: item.product, price: item.price, units: -units };
  });
  return { customer, country, items };
}
