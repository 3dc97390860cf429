import type { Contract } from "../../contract/define";

/** The folders of a lake, without that of the Parquet files, which its contract names. Each ends in a slash. */
export const ZONES = {
  /** Delivered JSON lines, one for each record, by hour of arrival. Append-only. */
  raw: "json-data/",
  /** State of the merges, planned and done; no table reads it, and no lifecycle rule expires it. */
  mergeState: "merge-state/",
  /** The merge's lease, and the results of its queries. */
  scratch: "tmp/",
  /** Lines that a layer refused. */
  quarantine: "quarantine/",
  /** Records that Firehose failed to deliver. */
  errors: "error-json/",
  /** Batches that the event source mapping discarded; Lambda chooses the name. */
  onFailure: "aws/lambda/",
  /** Results of analysts' queries. */
  results: "athena-results/",
} as const;

/** A folder of a lake; `parquet` has the Parquet files of the merges. */
export type Zone = keyof typeof ZONES | "parquet";

/** Folder of a zone, such as `json-data/`. */
export function folderOf(zone: Zone, { parquetFolder }: Pick<Contract, "parquetFolder">): string {
  return zone === "parquet" ? parquetFolder : ZONES[zone];
}
