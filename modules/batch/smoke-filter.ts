import type { Contract } from "../../contract/define";
import { smokeSql } from "../../dashboards/smoke";

/**
 * The WHERE clause of SQL, a space in front, that leaves out the lines of the contract's smoke test; empty if the contract has
 * none.
 *
 *     SELECT count(*) FROM readings WHERE NOT coalesce("meter_id" = 'SMOKE' AND "reading_kwh" = 0, false)
 *
 * @throws Error naming the column for a value that no line can have
 */
export function smokeFilter(contract: Pick<Contract, "columns" | "eventTime" | "smoke">): string {
  const condition = smokeSql(contract);
  return condition === undefined ? "" : ` WHERE ${condition}`;
}
