import fc from "fast-check";
import { readQuery } from "../../../local/services/athena/sql/grammar";
import { tokensOf } from "../../../local/services/athena/sql/lexer";
import { AwsError, QueryFailure } from "../../../local/services/protocol/errors";
import { EXPRESSIONS, NOT_TRINO, QUERIES } from "../../support/sql-dialect";
import { check } from "../../terraform/emulated/report";
import type { TrinoClient } from "../trino/client";

/** Parts of the grammar that the other texts do not have. */
const MORE = [
  "SELECT count(*) FILTER (WHERE x > 1) OVER (w ROWS 2 PRECEDING) FROM t GROUP BY GROUPING SETS ((a, b), (), c), CUBE (a), ROLLUP (b)",
  "SELECT * FROM a NATURAL LEFT JOIN b CROSS JOIN UNNEST(x, y) WITH ORDINALITY AS u (p, q, o)",
  "WITH RECURSIVE r (n) AS (SELECT 1) (SELECT * FROM r) EXCEPT ALL SELECT 1 ORDER BY 1 ASC OFFSET 2 ROWS FETCH FIRST 3 ROWS WITH TIES",
  "SELECT x -> x + 1, (a, b) -> a, f(DISTINCT x ORDER BY y), CASE a WHEN 1 THEN 2 ELSE 3 END",
  "SELECT cast(a AS array(row(x integer, y varchar(3)))), cast(b AS timestamp(3) with time zone), cast(d AS map(varchar, bigint))",
  "SELECT interval '1' year + interval -'2' day to second, double precision '1', time '01:02', a AT TIME ZONE 'x'",
];
const TEXTS = [
  ...MORE,
  ...NOT_TRINO,
  ...QUERIES.map(([sql]) => sql),
  ...EXPRESSIONS.map(([sql]) => `SELECT ${sql}`),
];
const MUTATED = 400;
const SEED = 20_261_128;

/** Trino and the local grammar accept and refuse the same texts: queries in which words were removed, added and exchanged. */
export async function grammarAgrees(client: TrinoClient): Promise<string> {
  const queries = TEXTS.flatMap((sql) => {
    const words = wordsOf(sql);
    return words ? [words] : [];
  });
  const anyWord = fc.constantFrom(...new Set(queries.flat()));
  const place = fc.nat();
  const mutation = fc.oneof(
    place.map((at) => (words: string[]) => void words.splice(at % words.length, 1)),
    fc.tuple(place, anyWord).map(
      ([at, word]) =>
        (words: string[]) =>
          void words.splice(at % words.length, 0, word),
    ),
    fc.tuple(place, anyWord).map(
      ([at, word]) =>
        (words: string[]) =>
          void words.splice(at % words.length, 1, word),
    ),
  );
  const mutated = fc
    .tuple(fc.constantFrom(...queries), fc.array(mutation, { maxLength: 2 }))
    .map(([words, mutations]) => {
      const changed = [...words];
      for (const mutate of mutations) if (changed.length > 1) mutate(changed);
      return changed.join(" ");
    });
  const texts = fc
    .sample(mutated, { numRuns: MUTATED, seed: SEED })
    .filter((sql) => /^(SELECT|WITH|\()/i.test(sql));
  const faults: string[] = [];
  let refused = 0;
  for (const sql of texts) {
    const [mine, theirs] = [isQuery(sql), await isTrinos(client, sql)];
    if (!theirs) refused++;
    if (mine !== theirs) faults.push(`${sql}: ${theirs ? "accepted" : "refused"} by Trino alone`);
  }
  check(faults.length === 0, faults.join("\n"));
  check(refused > 0 && refused < texts.length, `${refused} of ${texts.length} were refused`);
  return `${texts.length} mutated queries, of which both refuse the same ${refused}`;
}

function wordsOf(sql: string): string[] | undefined {
  try {
    return tokensOf(sql).map(({ source }) => source);
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

function isQuery(sql: string): boolean {
  try {
    readQuery(sql, tokensOf(sql));
    return true;
  } catch (error) {
    // What the local SQL lacks is syntax of Trino all the same.
    if (error instanceof QueryFailure) return true;
    if (error instanceof AwsError) return false;
    throw error;
  }
}

/** PREPARE parses a query and does not look at its tables. */
async function isTrinos(client: TrinoClient, sql: string): Promise<boolean> {
  try {
    await client.all(`PREPARE p FROM ${sql}`);
    return true;
  } catch (error) {
    if (error instanceof QueryFailure) return error.code !== "SYNTAX_ERROR";
    throw error;
  }
}
