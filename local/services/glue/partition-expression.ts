import { isJsonObject } from "../../../lib/json";
import { evaluate, UNKNOWN } from "../athena/sql/partition-filter";
import { parseQuery } from "../athena/sql/sql-parser";
import { asNode } from "../athena/sql/syntax-tree";
import { AwsError } from "../protocol/errors";
import { type CatalogPartition, type CatalogTable, partitionValues } from "./model";

/**
 * Filter of GetPartitions: comparisons, BETWEEN, IN, AND, OR and NOT over partition keys and constants.
 * @throws AwsError InvalidInputException for an expression that the keys do not decide
 */
export function partitionExpression(
  expression: string,
  table: CatalogTable,
): (partition: CatalogPartition) => boolean {
  const condition = parse(expression);
  const decide = (values: Readonly<Record<string, string | number>>) => {
    const verdict = evaluate(condition, (name) => values[name] ?? UNKNOWN);
    if (typeof verdict === "boolean" || verdict === null) return verdict === true;
    throw refused(expression, "compare partition keys with constants of their type");
  };
  return (partition) => decide(partitionValues(table, partition));
}

function parse(expression: string): unknown {
  let tree: unknown;
  try {
    tree = parseQuery(`SELECT 1 WHERE ${expression}`);
  } catch (error) {
    if (error instanceof AwsError) throw refused(expression, error.message);
    throw error;
  }
  const clause = asNode(tree)?.body["where_clause"];
  if (!isJsonObject(clause)) throw refused(expression, "it is not a condition");
  return clause["this"];
}

function refused(expression: string, why: string): AwsError {
  return new AwsError(
    "InvalidInputException",
    `Expression ${JSON.stringify(expression)} is not supported by the local run: ${why}`,
  );
}
