import type { Contract } from "./define";
/** What a function knows of a contract: comments and names of tables stay outside. */
export type RunTimeContract = Pick<Contract, "eventTime" | "columns">;
/**
 * A contract as one environment variable: the event time, then each column as `name:kind`, separated by commas.
 *
 *     InvoiceDate,Invoice:t!,Description:t~,Quantity:i!,InvoiceDate:s!,Price:d12.4!
 *
 * Kinds are one letter; `!` marks a required column, `~` a text that is searched by words. A hundred columns take about
 * 1.7 KB of the 4 KB that Lambda gives to all variables of a function. The text is readable, and the same from
 * TypeScript and from Terraform's `join`.
 */
export declare function contractVariable({ eventTime, columns }: RunTimeContract): string;
/**
 * Reads what {@link contractVariable} wrote.
 * @throws Error naming the part that is malformed
 */
export declare function parseContractVariable(variable: string): RunTimeContract;
