import { type Hour, hourBefore } from "../../contract/hours";
import type { Logger } from "../shared/log";
import { digestOf } from "./plan";
import type { Partition } from "./ports";
import type { QueryRunner } from "./query";
import type { Partitions, RawListings } from "./warehouse";

/** Whether the partition was compared since its content last changed, and agreed. */
export function isCompared({ parameters }: Partition): boolean {
  return parameters.digest !== undefined && parameters.compared === parameters.digest;
}

/**
 * Compares the identities of an hour in raw and in Parquet, both ways. Agreement is written on the
 * partition, so an hour is compared once for a content; a difference is found again on every hourly pass
 * until someone has settled it. An hour whose raw objects changed meanwhile is left to the next pass.
 * @returns the number of identities that differ; undefined when the hour changed meanwhile.
 * @throws QueryFailed, DeadlineReached
 */
export async function compareHour(
  hour: Hour,
  partition: Partition,
  listings: RawListings,
  partitions: Partitions,
  runner: QueryRunner,
  log: Logger,
): Promise<number | undefined> {
  const { counts, others } = await runner.counts({ kind: "compare", hour }, 3);
  const [now, before] = [await listings.fresh(hour), await listings.fresh(hourBefore(hour))];
  if (digestOf(now.objects, before.objects) !== partition.parameters.digest) return undefined;

  const [missing = 0, extra = 0, doubled = 0] = counts;
  const differences = missing + extra + doubled;
  if (differences === 0) {
    const compared = { compared: partition.parameters.digest };
    await partitions.put({ ...partition, parameters: { ...partition.parameters, ...compared } });
  } else {
    const [missingExample, extraExample, doubledExample] = others;
    const examples = { missingExample, extraExample, doubledExample };
    log.error("Parquet and raw differ", { hour: hour.name, missing, extra, doubled, ...examples });
  }
  return differences;
}
