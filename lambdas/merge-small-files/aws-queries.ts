import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import type { S3Location } from "../shared/env";
import { given } from "./given";
import { s3Uri } from "./locations";
import type { Queries } from "./ports";
import { toSql } from "./sql";
import type { Tables } from "./statement";

/** Folder of the query results, under the staging folder. */
const RESULTS_FOLDER = "athena-results/";

/** Athena, in a workgroup that leaves settings to its clients. @param staging folder for the query results */
export function athenaQueries(
  client: AthenaClient,
  workGroup: string,
  staging: S3Location,
  tables: Tables,
): Queries {
  const OutputLocation = s3Uri({ ...staging, prefix: staging.prefix + RESULTS_FOLDER });
  return {
    async start(statement) {
      const command = new StartQueryExecutionCommand({
        QueryString: toSql(statement, tables),
        WorkGroup: workGroup,
        ResultConfiguration: { OutputLocation },
      });
      return given((await client.send(command)).QueryExecutionId, "QueryExecutionId");
    },

    async state(id) {
      const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
      const { State, StateChangeReason } = given(
        (await client.send(command)).QueryExecution?.Status,
        `Status of query ${id}`,
      );
      switch (State) {
        case "SUCCEEDED":
          return { state: "succeeded" };
        case "FAILED":
        case "CANCELLED":
          return { state: "failed", reason: `${State}: ${StateChangeReason ?? "no reason given"}` };
        default:
          return { state: "running" };
      }
    },

    async rows(id) {
      const { ResultSet } = await client.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
      const [, ...rows] = given(ResultSet?.Rows, `Rows of query ${id}`);
      return rows.map(({ Data = [] }) => Data.map(({ VarCharValue }) => VarCharValue ?? ""));
    },

    async stop(id) {
      await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
    },
  };
}
