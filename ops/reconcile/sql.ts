import type { Readable } from "node:stream";
import type { AthenaClient } from "@aws-sdk/client-athena";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { beforeInterrupt } from "../../lib/interrupt";
import { endOfQuery, QueryFailed, startQuery, stopQuery } from "../target/query-execution";
import { type ResultRow, readResultCsv } from "./result-csv";

/** Runs SQL in a workgroup and reads the answers. */
export interface Sql {
  /**
   * Calls `onRow` for each row, cells by column name; NULL arrives as an empty text.
   * @throws QueryError with the engine's reason and the SQL.
   */
  query(sql: string, onRow: (row: ResultRow) => void): Promise<void>;
}

/** {@link Sql} whose running queries can be stopped. */
interface StoppableSql extends Sql {
  /** @throws Error when one of them may go on */
  stop(): Promise<void>;
}

/** A query that did not succeed. */
class QueryError extends Error {
  override readonly name = "QueryError";
}

/** Characters of a failed query that its error shows. */
const SHOWN_SQL = 500;

/** {@link Sql} by Athena: reads the result from its CSV in S3, not in pages of 1,000 rows. */
export function athenaSql(
  athena: AthenaClient,
  s3: S3Client,
  workgroup: string,
  database: string,
): StoppableSql {
  const scope = { athena, workgroup, database };
  const running = new Set<Promise<string>>();

  async function answerOf(sql: string): Promise<string> {
    const started = startQuery(scope, sql);
    running.add(started);
    try {
      const { ResultConfiguration } = await endOfQuery(scope, await started);
      return ResultConfiguration?.OutputLocation ?? "";
    } catch (error) {
      if (!(error instanceof QueryFailed)) throw error;
      throw new QueryError(`${error.state}: ${error.message}\n${sql.slice(0, SHOWN_SQL)}`);
    } finally {
      running.delete(started);
    }
  }

  return {
    async query(sql, onRow) {
      const output = await answerOf(sql);
      const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(output) ?? [];
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      await readResultCsv(Body as Readable, onRow);
    },
    async stop() {
      await Promise.all([...running].map(async (started) => stopQuery(scope, await started)));
    },
  };
}

/** The same for a command: Ctrl-C stops the queries that it waits for, which would go on, and cost, without it. */
export function ofCommand(sql: StoppableSql): Sql {
  let waitedFor = 0;
  let forget = (): void => undefined;
  return {
    async query(text, onRow) {
      if (waitedFor++ === 0) forget = beforeInterrupt(() => sql.stop());
      try {
        await sql.query(text, onRow);
      } finally {
        if (--waitedFor === 0) forget();
      }
    },
  };
}
