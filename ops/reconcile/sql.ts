import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { type ResultRow, readResultCsv } from "./result-csv";

/** Runs SQL in a workgroup and reads the answers. */
export interface Sql {
  /**
   * Calls `onRow` for each row, cells by column name; NULL arrives as an empty text.
   * @throws QueryError with the engine's reason and the SQL.
   */
  query(sql: string, onRow: (row: ResultRow) => void): Promise<void>;
}

/** A query that did not succeed. */
class QueryError extends Error {
  override readonly name = "QueryError";
}

/** Characters of a failed query that its error shows. */
const SHOWN_SQL = 500;

const FIRST_POLL_MS = 50;
const LONGEST_POLL_MS = 2000;

/** {@link Sql} by Athena: reads the result from its CSV in S3, not in pages of 1,000 rows. */
export function athenaSql(athena: AthenaClient, s3: S3Client, workgroup: string, database: string): Sql {
  async function outputOf(id: string): Promise<string> {
    for (let wait = FIRST_POLL_MS; ; wait = Math.min(wait * 1.5, LONGEST_POLL_MS)) {
      const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
      const status = QueryExecution?.Status;
      if (status?.State === "SUCCEEDED") return QueryExecution?.ResultConfiguration?.OutputLocation ?? "";
      if (status?.State === "FAILED" || status?.State === "CANCELLED") {
        throw new QueryError(`${status.State}: ${status.StateChangeReason ?? "no reason given"}`);
      }
      await sleep(wait);
    }
  }

  return {
    async query(sql, onRow) {
      const { QueryExecutionId } = await athena.send(
        new StartQueryExecutionCommand({
          QueryString: sql,
          WorkGroup: workgroup,
          QueryExecutionContext: { Database: database },
        }),
      );
      if (QueryExecutionId === undefined) throw new QueryError("Athena gave no execution id");
      let output: string;
      try {
        output = await outputOf(QueryExecutionId);
      } catch (error) {
        if (!(error instanceof QueryError)) {
          await athena.send(new StopQueryExecutionCommand({ QueryExecutionId }));
          throw error;
        }
        throw new QueryError(`${error.message}\n${sql.slice(0, SHOWN_SQL)}`);
      }
      const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(output) ?? [];
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      await readResultCsv(Body as Readable, onRow);
    },
  };
}
