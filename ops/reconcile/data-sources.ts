import { Client } from "@opensearch-project/opensearch";
import { isRetail } from "../../contract/retail-transaction";
import type { Clients, Target } from "../target/target";
import type { SystemSources } from "./reconcile";
import { retailSummary } from "./retail-summary";
import { athenaSql, ofCommand } from "./sql";

/** The data sources of a system, for a command. @param search client of the engine, or its URL or a tunnel's; without one, the index is none of them */
export function dataSourcesOf(
  { contract, stream, tables, analysts, index, lakeBucket }: Target,
  { kinesis, s3, athena }: Clients,
  search: string | Client | undefined,
): SystemSources {
  return {
    kinesis,
    streamName: stream.name,
    contract,
    ...(isRetail(contract) && { summary: retailSummary }),
    ...(tables &&
      analysts && {
        batch: {
          sql: ofCommand(athenaSql(athena, s3, analysts.workgroup, analysts.database)),
          tables: { json: tables.raw, parquet: tables.merged, quarantine: tables.quarantine },
        },
      }),
    ...(index !== undefined &&
      search !== undefined && {
        search: {
          client: typeof search === "string" ? new Client({ node: search }) : search,
          indexPattern: `${index}*`,
        },
      }),
    failures: { s3, bucket: lakeBucket },
  };
}
