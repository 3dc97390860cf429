import { Client } from "@opensearch-project/opensearch";
import { isRetail } from "../../contract/retail-transaction";
import type { Clients, Target } from "../target/target";
import type { DataSources } from "./reconcile";
import { retailSummary } from "./retail-summary";
import { athenaSql } from "./sql";

/** The data sources of a deployed system. @param searchUrl of the engine or a tunnel; without one, the index is none of them */
export function dataSourcesOf(
  { contract, stream, tables, analysts, index, lakeBucket }: Target,
  { kinesis, s3, athena }: Clients,
  retentionHours: number,
  searchUrl: string | undefined,
): DataSources {
  return {
    kinesis,
    streamName: stream.name,
    retentionHours,
    contract,
    ...(isRetail(contract) && { summary: retailSummary }),
    ...(tables &&
      analysts && {
        batch: {
          sql: athenaSql(athena, s3, analysts.workgroup, analysts.database),
          tables: { json: tables.raw, parquet: tables.merged, quarantine: tables.quarantine },
        },
      }),
    ...(index !== undefined &&
      searchUrl !== undefined && {
        search: { client: new Client({ node: searchUrl }), indexPattern: `${index}*` },
      }),
    failures: { s3, bucket: lakeBucket },
  };
}
