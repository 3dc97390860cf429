import type { Environment } from "../environments/environment";

/**
 * Bytes on disk of a document of the retail contract, in each copy of a shard: 112 to 186 were measured, more only while
 * segments are small (`npm run bench -- index-size`, docs/measurements.md).
 */
export const DOCUMENT_BYTES = 200;

/*
 * Shares of a volume that no index gets, the second at most 20 GiB:
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp-storage.html
 */
const LINUX_SHARE = 0.05;
const SERVICE_SHARE = 0.2;
const SERVICE_MOST_GIB = 20;

export const GIB = 1024 ** 3;
const SECONDS_A_DAY = 86_400;
/** Rates to state, in lines a second. */
const RATES = [1, 10, 100, 1000] as const;

/**
 * Documents that the volumes of the search domain hold.
 * @param nodesOfACopy data nodes that together hold one copy of every shard
 */
export function documentsHeld(volumeGiB: number, nodesOfACopy: number): number {
  const usableGiB = volumeGiB * (1 - LINUX_SHARE) - Math.min(volumeGiB * SERVICE_SHARE, SERVICE_MOST_GIB);
  return (nodesOfACopy * usableGiB * GIB) / DOCUMENT_BYTES;
}

/** Days until so many documents have come, at a rate of lines a second. With days in the place of the rate, it is the rate. */
export function daysOf(documents: number, rate: number): number {
  return documents / (rate * SECONDS_A_DAY);
}

/**
 * How long the volumes of the search domain last: the average rate of lines that fits into the days that an index is
 * kept, and the days until they are full at a higher one.
 */
export function indexVolumeText({ volumeGiB, availability, retentionDays }: Environment["speed"]): string {
  // With standby each of three zones holds a copy of every shard.
  const nodesOfACopy = availability.kind === "standby" ? availability.nodesPerZone : 1;
  const documents = documentsHeld(volumeGiB, nodesOfACopy);
  const days = (rate: number): number => daysOf(documents, rate);
  const fitting = days(retentionDays);
  const fuller = RATES.filter((rate) => rate > fitting).map(
    (rate) => `; at ${rate.toLocaleString("en")} it is full after ${short(days(rate))} days`,
  );
  return (
    `speed.volumeGiB ${volumeGiB} holds ${retentionDays} days, speed.retentionDays, of up to ${short(fitting)} ` +
    `lines a second${fuller.join("")} (${DOCUMENT_BYTES} bytes a document)`
  );
}

/** Two digits, or all before the point. */
function short(value: number): string {
  return value < 10 ? value.toPrecision(2) : Math.floor(value).toLocaleString("en");
}
