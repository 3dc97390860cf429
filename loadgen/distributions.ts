import type { Random } from "./random";

/**
 * Statistics of real transactions, measured on 14,269 rows of the first period (December 2009 to December 2010), nine
 * countries outside the United Kingdom, of: Chen, D. (2012), *Online Retail II*, UCI Machine Learning Repository,
 * https://doi.org/10.24432/C5CG6D, CC BY 4.0. Only these statistics are taken from it, no row. About the United Kingdom, of which
 * there are no rows here, see {@link COUNTRIES}.
 */

/** A heavy-tailed distribution of whole or decimal values. */
export interface HeavyTailed {
  /** Values of equal probability, in order: the distribution's quantiles at the middle of as many equal steps. */
  readonly body: readonly number[];
  /** Takes the place of the last 2.5 % of the body: the 0.975, 0.99, 0.995, 0.999 quantiles and the maximum. */
  readonly tail: readonly [number, number, number, number, number];
}

const TAIL_STARTS = [0.975, 0.99, 0.995, 0.999, 1] as const;

/** A value of the distribution. Common values come out exactly; the rare ones of the tail are interpolated. */
export function sample(random: Pick<Random, "next">, { body, tail }: HeavyTailed): number {
  const at = random.next();
  if (at < TAIL_STARTS[0]) return body[Math.floor(at * body.length)] ?? tail[0];
  const step = TAIL_STARTS.findIndex((_, index) => at < (TAIL_STARTS[index + 1] ?? 1));
  const [low, high] = [tail[step] ?? tail[0], tail[step + 1] ?? tail[4]];
  const [from, to] = [TAIL_STARTS[step] ?? 0, TAIL_STARTS[step + 1] ?? 1];
  return low * (high / low) ** ((at - from) / (to - from));
}

/** Goods lines of an invoice, postage not counted; 0 is an invoice for postage alone. */
export const LINES_OF_SALE: HeavyTailed = {
  body: [
    0, 0, 1, 1, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25, 27,
    28, 30, 33, 35, 38, 41, 46, 51, 59, 72, 80,
  ],
  tail: [80, 99, 104, 120, 164],
};

/** Lines of a cancellation. */
export const LINES_OF_CANCELLATION: HeavyTailed = {
  body: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 12],
  tail: [18, 29, 36, 40, 45],
};

/** Unit prices of goods, pounds, a line counted once: 60 steps. */
export const PRICES: HeavyTailed = {
  body: [
    0.29, 0.42, 0.42, 0.42, 0.42, 0.55, 0.55, 0.65, 0.72, 0.85, 0.85, 0.85, 0.85, 0.85, 0.85, 1.06, 1.25,
    1.25, 1.25, 1.25, 1.25, 1.25, 1.45, 1.45, 1.45, 1.65, 1.65, 1.65, 1.65, 1.65, 1.65, 1.69, 1.95, 1.95,
    1.95, 2.1, 2.1, 2.1, 2.55, 2.55, 2.55, 2.55, 2.95, 2.95, 2.95, 2.95, 3.25, 3.75, 3.75, 3.75, 4.25, 4.95,
    4.95, 5.45, 5.95, 6.75, 7.95, 8.5, 9.95, 9.95,
  ],
  tail: [9.95, 12.75, 14.95, 29.95, 295],
};

/** Units on a line of goods: cheap things are bought by the dozen. The first band whose price is not reached applies. */
export const QUANTITIES: readonly { readonly below: number; readonly units: HeavyTailed }[] = [
  {
    below: 0.99,
    units: {
      body: [
        1, 2, 5, 8, 10, 10, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 16, 24, 24, 24, 24, 24, 24, 24,
        24, 24, 25, 25, 36, 40, 48, 48, 72, 96, 100, 144, 240, 288,
      ],
      tail: [288, 576, 1632, 4992, 7128],
    },
  },
  {
    below: 2,
    units: {
      body: [
        1, 1, 2, 4, 6, 8, 8, 8, 10, 10, 10, 10, 10, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12, 12,
        16, 20, 24, 24, 24, 30, 48, 50, 96, 96, 100, 180, 200,
      ],
      tail: [200, 288, 384, 576, 720],
    },
  },
  {
    below: 4,
    units: {
      body: [
        1, 1, 2, 3, 4, 4, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 8, 9, 12, 12, 12, 12, 12,
        12, 16, 24, 24, 40, 48, 80, 120,
      ],
      tail: [120, 192, 288, 400, 480],
    },
  },
  {
    below: 8,
    units: {
      body: [
        1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 6, 6, 6, 6, 6, 8, 9, 10,
        12, 12, 20, 24, 40, 48,
      ],
      tail: [48, 72, 80, 160, 312],
    },
  },
  {
    below: Number.POSITIVE_INFINITY,
    units: {
      body: [
        1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 4, 4, 4, 4, 4, 4, 6, 6, 6,
        6, 8, 8, 12, 24, 32,
      ],
      tail: [32, 48, 56, 60, 64],
    },
  },
];

/** How much of all goods lines the best-selling products take together, and how many products there are. */
export const POPULARITY: readonly (readonly [rank: number, share: number])[] = [
  [0, 0],
  [1, 0.008],
  [5, 0.037],
  [10, 0.067],
  [20, 0.114],
  [50, 0.212],
  [100, 0.324],
  [200, 0.469],
  [400, 0.647],
  [800, 0.827],
  [1200, 0.915],
  [1600, 0.964],
  [2086, 1],
];

/** Sales and known customers of the nine countries. */
const ABROAD = [
  { name: "France", sales: 241, customers: 47 },
  { name: "Netherlands", sales: 135, customers: 22 },
  { name: "Spain", sales: 66, customers: 25 },
  { name: "Belgium", sales: 51, customers: 16 },
  { name: "Portugal", sales: 41, customers: 18 },
  { name: "Switzerland", sales: 40, customers: 14 },
  { name: "Italy", sales: 28, customers: 11 },
  { name: "Unspecified", sales: 11, customers: 5 },
  { name: "Canada", sales: 2, customers: 1 },
] as const;

/** The country of the retailer. */
export const HOME = "United Kingdom";
/** About nine of ten rows of the data set are of {@link HOME}: sales for one sale to the nine countries. */
const HOME_SALES = 9;

/**
 * Sales and known customers by country. Those of the United Kingdom are not measured: as many sales as make it nine rows of
 * ten, to customers that buy as often and as much as those of the other countries.
 */
export const COUNTRIES: readonly {
  readonly name: string;
  readonly sales: number;
  readonly customers: number;
}[] = [
  { name: HOME, sales: HOME_SALES * sumOf("sales"), customers: HOME_SALES * sumOf("customers") },
  ...ABROAD,
];

function sumOf(member: "sales" | "customers"): number {
  return ABROAD.reduce((sum, country) => sum + country[member], 0);
}

/** How a country's sales fall on its customers: the k-th is as busy as 1/k to this power. */
export const CUSTOMER_CONCENTRATION = 0.95;

/** Share of sales without a customer number. */
export const GUEST_SALES = 0.0122;

/** Lines for each sale, those of its cancellation included. */
export const LINES_PER_SALE = 14_269 / 615;

/** Invoices, cancellations included, by month from January; and on how many days: the period has 1 to 9 December twice. */
const INVOICES_BY_MONTH = [
  [45, 25],
  [43, 28],
  [61, 31],
  [43, 30],
  [51, 31],
  [57, 30],
  [55, 31],
  [38, 31],
  [88, 30],
  [91, 31],
  [122, 30],
  [65, 32],
] as const;

/** Invoices by weekday from Sunday. */
const INVOICES_BY_WEEKDAY = [52, 102, 159, 141, 154, 151, 0] as const;

/** Invoices by the hour of the day; before the first and after the last there are none. */
const FIRST_HOUR = 7;
const INVOICES_BY_HOUR = [1, 19, 85, 94, 78, 102, 120, 89, 77, 54, 21, 10, 9] as const;

/** Days without invoices around the turn of the year, month and day: from 24 December to 6 January. */
const CLOSED_FROM = 1224;
const CLOSED_UNTIL = 106;

/** How much business an hour of a year does, in relation to other hours: by season, weekday and time of day. @param hourMs UTC */
export function businessOf(hourMs: number): number {
  const date = new Date(hourMs);
  const [month, day] = [date.getUTCMonth(), date.getUTCDate()];
  const monthAndDay = 100 * (month + 1) + day;
  if (monthAndDay >= CLOSED_FROM || monthAndDay <= CLOSED_UNTIL) return 0;
  const [invoices, days] = INVOICES_BY_MONTH[month] ?? [0, 1];
  const ofWeekday = INVOICES_BY_WEEKDAY[date.getUTCDay()] ?? 0;
  const ofHour = INVOICES_BY_HOUR[date.getUTCHours() - FIRST_HOUR] ?? 0;
  return (invoices / days) * ofWeekday * ofHour;
}

/** Cancellations for each sale: 144 to 615. */
export const CANCELLATIONS_PER_SALE = 0.234;

/** Days within which sales are cancelled: three of four are within 19, half of them within 8. */
export const CANCELLED_WITHIN_DAYS = 20;

/** Share of cancelled lines that take all units back; the others take some. */
export const WHOLE_LINE_CANCELLED = 183 / 348;

/** Postage, which is charged abroad: on how many of the sales, its usual prices and how many parcels. */
export const POSTAGE = {
  share: 386 / 615,
  prices: [
    [18, 184],
    [15, 95],
    [28, 65],
    [40, 20],
    [1, 3],
    [35, 3],
    [200, 2],
  ],
  parcels: [
    [1, 112],
    [2, 111],
    [3, 70],
    [4, 41],
    [6, 18],
    [5, 16],
    [7, 5],
    [8, 3],
  ],
} as const satisfies {
  share: number;
  prices: readonly (readonly [number, number])[];
  parcels: readonly (readonly [number, number])[];
};

/** Charges entered by hand: on how many of the sales, and what is charged. They make the longest tail of the prices. */
export const MANUAL_CHARGE = { share: 11 / 615, smallest: 10, largest: 3600 } as const;

/** How often a product that an invoice has already is put on it again instead of another one. */
export const REPEATED_PRODUCT = 0.15;

/** Lines given away, at price 0. */
export const FREE_LINES = 2 / 14_269;

/** Blanks in descriptions that were typed so: at the end, and doubled inside. Shares of products. */
export const TRAILING_BLANK = 0.22;
export const DOUBLED_BLANK = 0.06;
