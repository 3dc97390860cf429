import type { Contract } from "../../contract/define";
/**
 * The WHERE clause of SQL, a space in front, that leaves out the lines of the contract's smoke test; empty if the contract has
 * none.
 *
 *     SELECT count(*) FROM readings WHERE NOT coalesce("meter_id" = 'SMOKE' AND "reading_kwh" = 0, false)
 *
 * A line belongs to the smoke test if it has all of the values. `coalesce` keeps the lines where a column is NULL.
 */
export declare function smokeFilter({ columns, smoke }: Pick<Contract, "columns" | "smoke">): string;
