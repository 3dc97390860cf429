import { DOUBLED_BLANK, POPULARITY, PRICES, sample, TRAILING_BLANK } from "./distributions";
import type { Random } from "./random";

/** A product. */
export interface Product {
  readonly stockCode: string;
  readonly description: string;
  /** Pounds for one unit. */
  readonly price: number;
  /** Code and description as members of a line, `"StockCode":"…","Description":"…"`: a product is on many lines. */
  readonly members: string;
}

/** A product of these columns. */
export function productOf(stockCode: string, description: string, price: number): Product {
  const members = `"StockCode":${JSON.stringify(stockCode)},"Description":${JSON.stringify(description)}`;
  return { stockCode, description, price, members };
}

/** Longest description of the source, in characters. */
const LONGEST_DESCRIPTION = 35;

const PACKS = ["SET OF 4", "SET/6", "PACK OF 12", "SET/3", "S/4", "PACK OF 72", "SET OF 3"] as const;
const LOOKS = [
  "RED",
  "PINK",
  "BLUE",
  "IVORY",
  "GREEN",
  "VINTAGE",
  "JUMBO",
  "MINI",
  "SMALL",
  "LARGE",
  "ROUND",
];
const STYLES = ["RETROSPOT", "SPOTTY", "WOODLAND", "PAISLEY", "GINGHAM", "FAIRY", "HEART", "ROSE", "FELT"];
const MATERIALS = ["PAPER", "GLASS", "METAL", "WOODEN", "CERAMIC", "ZINC", "TIN", "FABRIC", "PORCELAIN"];
const THINGS = [
  "BAG",
  "LUNCH BOX",
  "MUG",
  "CAKE CASES",
  "CANDLE",
  "T-LIGHT HOLDER",
  "BOWL",
  "GARLAND",
  "GIFT WRAP",
  "BIRTHDAY CARD",
  "DOORMAT",
  "TRAY",
  "NAPKINS",
  "WALL CLOCK",
  "STICKERS",
  "PURSE",
  "NIGHT LIGHT",
  "HOT WATER BOTTLE",
  "PHOTO FRAME",
  "CHILD'S APRON",
] as const;
const ENDINGS = [" DESIGN", " ,PINK/WHITE", "+CUTLERY", " (ASSORTED)", ' 12" HIGH', " & LID"] as const;

const RANKS = POPULARITY.map(([rank]) => rank);
const SHARES = POPULARITY.map(([, share]) => share);

/** The golden ratio: steps of it fill an interval evenly, however many are taken. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** All products; the same for the same seed. The first products are the best-selling ones. */
export class Catalogue {
  private readonly products: readonly Product[];

  public constructor(random: Random) {
    const [size] = POPULARITY.at(-1) ?? [0];
    // Prices are dealt out evenly along the ranks, so that best-sellers of any seed cost what they do in the source.
    const offset = random.next();
    const codes = new Set<string>();
    this.products = Array.from({ length: size }, (_, rank) =>
      productOf(newCode(random, codes), describe(random), priceAt((offset + rank * GOLDEN) % 1)),
    );
  }

  /** A product, as likely as it sells. */
  public draw(random: Random): Product {
    const at = random.next();
    const upper = SHARES.findIndex((share) => at < share);
    const [from, to] = [upper - 1, upper];
    const step = (at - (SHARES[from] ?? 0)) / ((SHARES[to] ?? 1) - (SHARES[from] ?? 0));
    const rank = (RANKS[from] ?? 0) + Math.floor(step * ((RANKS[to] ?? 0) - (RANKS[from] ?? 0)));
    const product = this.products[rank];
    if (product === undefined) throw new RangeError(`no product of rank ${rank}`);
    return product;
  }
}

/** The price at a quantile, 0 to 1. */
function priceAt(place: number): number {
  return roundToPence(sample({ next: () => place }, PRICES));
}

/** Pounds in whole pence. */
export function roundToPence(pounds: number): number {
  return Math.round(pounds * 100) / 100;
}

/** Five digits, a fifth of them with a letter for the colour; none twice. */
function newCode(random: Random, taken: Set<string>): string {
  for (;;) {
    const letter = random.chance(0.19) ? random.pick([..."ABCDEFGHL"]) : "";
    const code = `${20_000 + random.below(70_000)}${letter}`;
    if (taken.has(code)) continue;
    taken.add(code);
    return code;
  }
}

/** Upper case, three to six words, with blanks, commas, quotes and slashes as in real descriptions. */
function describe(random: Random): string {
  const words = [
    ...(random.chance(0.12) ? [random.pick(PACKS)] : []),
    random.pick(LOOKS),
    ...(random.chance(0.6) ? [random.pick(STYLES)] : []),
    ...(random.chance(0.5) ? [random.pick(MATERIALS)] : []),
    random.pick(THINGS),
  ];
  const ending = random.chance(0.12) ? random.pick(ENDINGS) : "";
  const between = random.chance(DOUBLED_BLANK) ? "  " : " ";
  const text =
    words.slice(0, 2).join(between) +
    words
      .slice(2)
      .map((word) => ` ${word}`)
      .join("") +
    ending;
  const typed = random.chance(TRAILING_BLANK) ? `${text} ` : text;
  return typed.slice(0, LONGEST_DESCRIPTION);
}
