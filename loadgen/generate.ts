import type { RetailTransaction } from "../contract/retail-transaction";
import { formatTimestamp } from "../contract/timestamp";
import { Catalogue, type Product, productOf, roundToPence } from "./catalogue";
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
const SECONDS_LENGTH = "YYYY-MM-DD HH:MM:SS".length;
/** Sales that can still be cancelled. */
const RECENT_SALES = 200;

const SALES_BY_COUNTRY = COUNTRIES.map(({ name, sales }) => [name, sales] as const);

/** A customer's number, and how busy he is. */
type Customer = readonly [id: string, weight: number];

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
 * distributed like the real ones (see `distributions.ts`). The same seed gives the same rows, but for `InvoiceDate`,
 * which is the time at which an invoice's first line is taken.
 * @param now milliseconds since 1970
 */
export function* generate(seed: number, now: () => number = Date.now): Generator<RetailTransaction, never> {
  const source = invoices(seed, now);
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
export function syntheticLines(seed: number, now: () => number = Date.now): Source<SourceLine> {
  return numbered(texts(seed, now));
}

function* texts(seed: number, now: () => number): Generator<string> {
  for (const { number, date, customer, country, items } of invoices(seed, now)) {
    const before = `{"Invoice":"${number}",`;
    const between = `,"InvoiceDate":"${date}","Price":`;
    const behind = `,"Customer_ID":${JSON.stringify(customer)},"Country":${JSON.stringify(country)}}`;
    for (const { product, units, price } of items) {
      yield `${before}${product.members},"Quantity":${units}${between}${price}${behind}`;
    }
  }
}

function* invoices(seed: number, now: () => number): Generator<Invoice, never> {
  const random = new Random(seed);
  const catalogue = new Catalogue(random);
  const customers = makeCustomers(random);
  const recent: Sale[] = [];
  let number = FIRST_INVOICE + random.below(10_000);
  const dateNow = (): string => formatTimestamp(Math.floor(now() / 1000) * 1000).slice(0, SECONDS_LENGTH);

  for (;;) {
    const sale = makeSale(random, catalogue, customers);
    yield { number: String(number++), date: dateNow(), ...sale };
    recent.push(sale);
    if (recent.length > RECENT_SALES) recent.shift();
    if (random.chance(CANCELLATIONS_PER_SALE)) {
      yield { number: `C${number++}`, date: dateNow(), ...cancel(random, recent) };
    }
  }
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
): Sale {
  const country = random.weighted(SALES_BY_COUNTRY);
  const customer = random.chance(GUEST_SALES) ? "" : random.weighted(customers.get(country) ?? []);
  const items: Item[] = [];
  const taken = new Set<Product>();
  for (let lines = Math.round(sample(random, LINES_OF_SALE)); lines > 0; lines--) {
    let product = catalogue.draw(random);
    if (taken.has(product) && !random.chance(REPEATED_PRODUCT)) product = catalogue.draw(random);
    taken.add(product);
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
