import type { ResultColumn } from "../../../local/services/athena/engine";
import { QueryFailure } from "../../../local/services/protocol/errors";
import type { TrinoColumn } from "./client";

/** Precision of a type in Athena's results. */
const PRECISIONS: Readonly<Record<string, number>> = {
  boolean: 0,
  tinyint: 3,
  smallint: 5,
  integer: 10,
  bigint: 19,
  real: 17,
  double: 17,
  varchar: 2_147_483_647,
  date: 0,
  timestamp: 3,
};

/** The catalog's names of Trino's types, where they differ. */
const IN_CATALOG: Readonly<Record<string, string>> = {
  varchar: "string",
  integer: "int",
  real: "float",
  "timestamp(3)": "timestamp",
};

/** A result column in Athena's terms. */
export function resultColumn({ name, type }: TrinoColumn): ResultColumn {
  const [, precision, scale] = /^decimal\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (precision !== undefined) {
    return { name, type: "decimal", precision: Number(precision), scale: Number(scale) };
  }
  const plain = type.replace(/\(.*\)/, "");
  return {
    name,
    type: plain === "real" ? "float" : plain,
    precision: PRECISIONS[plain] ?? 0,
    scale: 0,
  };
}

/** The catalog's type for a column of a new table. @throws QueryFailure for an unsupported type */
export function catalogType(type: string): string {
  const known =
    IN_CATALOG[type] ?? (type in PRECISIONS || /^(decimal|varchar)\(/.test(type) ? type : undefined);
  if (known === undefined) throw new QueryFailure("NOT_SUPPORTED", `a table with a column of type ${type}`);
  return known;
}
