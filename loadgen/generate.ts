import type { RetailTransaction } from "../contract/retail-transaction";
import { formatTimestamp } from "../contract/timestamp";
import { Catalogue, type Product, roundToPence } from "./catalogue";
import {
  CANCELLATIONS_PER_SALE,
  COUNTRIES,
  CUSTOMER_CONCENTRATION,
  FREE_LINES,
  GUEST_SALES,
  LINES_OF_CANCELLATION,
  LINES_OF_SALE,
  MANUAL_CHARGE,
  POSTAGE,
  QUANTITIES,
  REPEATED_PRODUCT,
  sample,
  WHOLE_LINE_CANCELLED,
} from "./distributions";
import { Random } from "./random";
import { numbered, type Source, type SourceLine } from "./source";

/** First customer number, as in the source. */
const FIRST_CUSTOMER = 12_346;
/** First invoice number, as in the source. */
const FIRST_INVOICE = 489_434;
/** Sales that can still be cancelled. */
const RECENT_SALES = 200;

const SALES_BY_COUNTRY = COUNTRIES.map(({ name, sales }) => [name, sales] as const);

/** A customer's number, and how busy he is. */
type Customer = readonly [id: string, weight: number];

/** Columns of a line that are not the invoice's own. */
interface Item extends Product {
  readonly units: number;
}

interface Invoice {
  readonly customer: string;
  readonly country: string;
  readonly items: readonly Item[];
}

/**
 * Synthetic rows without end: sales of several lines, some cancelled later in part, regular customers and guests,
 * distributed like the real ones (see `distributions.ts`). The same seed gives the same rows, but for `InvoiceDate`,
 * which is the time at which an invoice's first line is taken.
 * @param now milliseconds since 1970
 */
export function* generate(seed: number, now: () => number = Date.now): Generator<RetailTransaction, never> {
  const random = new Random(seed);
  const catalogue = new Catalogue(random);
  const customers = makeCustomers(random);
  const recent: Invoice[] = [];
  let number = FIRST_INVOICE + random.below(10_000);

  for (;;) {
    const sale = makeSale(random, catalogue, customers);
    for (const row of rows(String(number++), sale, now())) yield row;
    recent.push(sale);
    if (recent.length > RECENT_SALES) recent.shift();
    if (random.chance(CANCELLATIONS_PER_SALE)) {
      for (const row of rows(`C${number++}`, cancel(random, recent), now())) yield row;
    }
  }
}

/** The rows as lines to send. */
export function syntheticLines(seed: number, now?: () => number): Source<SourceLine> {
  return numbered(generate(seed, now), (row) => JSON.stringify(row));
}

function rows(number: string, { customer, country, items }: Invoice, now: number): RetailTransaction[] {
  const date = formatTimestamp(Math.floor(now / 1000) * 1000).slice(0, "YYYY-MM-DD HH:MM:SS".length);
  return items.map(({ stockCode, description, units, price }) => ({
    Invoice: number,
    StockCode: stockCode,
    Description: description,
    Quantity: units,
    InvoiceDate: date,
    Price: price,
    Customer_ID: customer,
    Country: country,
  }));
}

function makeCustomers(random: Random): ReadonlyMap<string, readonly Customer[]> {
  let id = FIRST_CUSTOMER;
  return new Map(
    COUNTRIES.map(({ name, customers }) => [
      name,
      Array.from({ length: customers }, (_, rank) => {
        id += 1 + random.below(60);
        return [String(id), (rank + 1) ** -CUSTOMER_CONCENTRATION];
      }),
    ]),
  );
}

function makeSale(
  random: Random,
  catalogue: Catalogue,
  customers: ReadonlyMap<string, readonly Customer[]>,
): Invoice {
  const country = random.weighted(SALES_BY_COUNTRY);
  const customer = random.chance(GUEST_SALES) ? "" : random.weighted(customers.get(country) ?? []);
  const items: Item[] = [];
  const taken = new Set<string>();
  for (let lines = Math.round(sample(random, LINES_OF_SALE)); lines > 0; lines--) {
    let product = catalogue.draw(random);
    if (taken.has(product.stockCode) && !random.chance(REPEATED_PRODUCT)) product = catalogue.draw(random);
    taken.add(product.stockCode);
    items.push(order(random, product));
  }
  if (random.chance(MANUAL_CHARGE.share)) items.push(manualCharge(random));
  if (items.length === 0 || random.chance(POSTAGE.share)) items.push(postage(random));
  return { customer, country, items };
}

function order(random: Random, product: Product): Item {
  const band = QUANTITIES.find(({ below }) => product.price < below);
  if (band === undefined) throw new RangeError(`no quantities for a price of ${product.price}`);
  const units = Math.round(sample(random, band.units));
  return random.chance(FREE_LINES) ? { ...product, price: 0, units } : { ...product, units };
}

function postage(random: Random): Item {
  const price = random.weighted<number>(POSTAGE.prices);
  return {
    stockCode: "POST",
    description: "POSTAGE",
    price,
    units: random.weighted<number>(POSTAGE.parcels),
  };
}

function manualCharge(random: Random): Item {
  const { smallest, largest } = MANUAL_CHARGE;
  const price = roundToPence(smallest * (largest / smallest) ** random.next());
  return { stockCode: "M", description: "Manual", price, units: 1 };
}

/** Takes back some lines of a recent sale, which is not cancelled again. */
function cancel(random: Random, recent: Invoice[]): Invoice {
  const wanted = Math.round(sample(random, LINES_OF_CANCELLATION));
  const large = recent.filter(({ items }) => items.length >= wanted);
  const sale = random.pick(large.length > 0 ? large : recent);
  recent.splice(recent.indexOf(sale), 1);
  const { customer, country } = sale;
  const count = Math.min(sale.items.length, wanted);
  const first = random.below(sale.items.length - count + 1);
  const items = sale.items.slice(first, first + count).map((item) => {
    const units = random.chance(WHOLE_LINE_CANCELLED) ? item.units : 1 + random.below(item.units);
    return { ...item, units: -units };
  });
  return { customer, country, items };
}
