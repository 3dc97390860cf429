import { Prices } from "../../ops/cost/prices";

const table = Prices.ofRepository();

/** Prices in US dollars, those of `npm run cost`. */
export const PRICES = {
  asOf: table.date,
  /** Athena, a TB scanned; at least 10 MB a query. */
  athenaTB: table.of("athena.TB").usd,
  /** S3 standard, a call. */
  s3Put: table.of("s3.thousandPut").usd / 1000,
  s3List: table.of("s3.thousandPut").usd / 1000,
  s3Get: table.of("s3.thousandGet").usd / 1000,
  /** Glue catalog, a request beyond the first million of a month. */
  glue: table.of("glue.millionRequests").usd / 1_000_000,
  /** Lambda arm64, a GB-second. */
  lambdaGBSecond: table.of("lambda.arm64GBSecond").usd,
} as const;

/** Least bytes that Athena bills for a query. */
export { ATHENA_LEAST as LEAST_BILLED } from "../../ops/cost/assumptions";
