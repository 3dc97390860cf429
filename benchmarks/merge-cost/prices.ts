/**
 * Prices in US dollars, us-east-1, remembered in November 2026 and not looked up; https://aws.amazon.com/pricing has
 * today's.
 */
export const PRICES = {
  asOf: "2026-11",
  /** Athena, a TB scanned; at least 10 MB a query. */
  athenaTB: 5,
  /** S3 standard, a call. */
  s3Put: 0.005 / 1000,
  s3List: 0.005 / 1000,
  s3Get: 0.0004 / 1000,
  /** Glue catalog, a request beyond the first million of a month. */
  glue: 1 / 1_000_000,
  /** Lambda arm64, a GB-second. */
  lambdaGBSecond: 0.0000133334,
} as const;

/** Least bytes that Athena bills for a query. */
export const LEAST_BILLED = 10 * 1024 * 1024;
