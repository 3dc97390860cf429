import {
  type AthenaClient,
  GetQueryExecutionCommand,
  type GetQueryExecutionCommandOutput,
  GetQueryResultsCommand,
  InvalidRequestException,
  StartQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { given } from "../../lib/given";
import type { S3Location } from "../shared/env";
import { s3Uri } from "./locations";
import type { Queries } from "./ports";
import { toSql } from "./sql";
import type { Tables } from "./statement";

/** Folder of the query results, under the staging folder. */
const RESULTS_FOLDER = "athena-results/";

/** Athena, in a workgroup that does not enforce its settings. @param staging folder for the query results */
export function athenaQueries(
  client: AthenaClient,
  workGroup: string,
  staging: S3Location,
  tables: Tables,
): Queries {
  const OutputLocation = s3Uri({ ...staging, prefix: staging.prefix + RESULTS_FOLDER });
  return {
    text: (statement) => toSql(statement, tables),

    async start(text, token) {
      const command = new StartQueryExecutionCommand({
        QueryString: text,
        ClientRequestToken: token,
        WorkGroup: workGroup,
        ResultConfiguration: { OutputLocation },
      });
      return given((await client.send(command)).QueryExecutionId, "QueryExecutionId");
    },

    async state(id) {
      const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
      let answer: GetQueryExecutionCommandOutput;
      try {
        answer = await client.send(command);
      } catch (error) {
        // Athena forgets queries after 45 days: https://docs.aws.amazon.com/athena/latest/ug/querying.html
        if (error instanceof InvalidRequestException) return { state: "unknown" };
        throw error;
      }
      const { State, StateChangeReason } = given(answer.QueryExecution?.Status, `Status of query ${id}`);
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

    async written(id) {
      const { UpdateCount } = await client.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
      return given(UpdateCount, `UpdateCount of query ${id}`);
    },
  };
}
