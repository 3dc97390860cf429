import { parseContractVariable } from "../../contract/variable";
import { generateByKinds } from "../../loadgen/generate-by-kinds";
import { hasRealRows, readRealRows } from "./real-rows";

/** The contracts of the instances in `examples/plain-terraform`, as its functions get them. */
export const EXAMPLE_CONTRACTS = {
  meters: "read_at,meter_id:t!,reading_kwh:d12.3!,read_at:z!",
  payments: "paid_at,till:t!,note:t~,amount:d10.2!,paid_at:s!",
} as const;

export type ExampleInstance = keyof typeof EXAMPLE_CONTRACTS;

/** How a real row of the retailer becomes one of an instance. */
const FROM_ROW: Readonly<Record<ExampleInstance, (row: Readonly<Record<string, string>>) => object>> = {
  meters: ({ StockCode, Price, InvoiceDate = "" }) => ({
    meter_id: StockCode,
    reading_kwh: Number(Price),
    read_at: `${InvoiceDate.replace(" ", "T")}Z`,
  }),
  payments: ({ Country, Description, Price, Quantity, InvoiceDate }) => ({
    till: Country,
    note: Description || null,
    amount: Math.round(Number(Price) * 100 * Number(Quantity)) / 100,
    paid_at: InvoiceDate,
  }),
};

/** Lines of an instance: from the real rows where the machine has them, made by the kinds of its columns otherwise. */
export function exampleLines(instance: ExampleInstance, count: number): string[] {
  if (hasRealRows()) {
    return readRealRows()
      .slice(0, count)
      .map((row) => JSON.stringify(FROM_ROW[instance](row)));
  }
  const made = generateByKinds(parseContractVariable(EXAMPLE_CONTRACTS[instance]), 1);
  return Array.from({ length: count }, () => String(made.next().value));
}

/** Where {@link exampleLines} come from. */
export function originOfLines(): string {
  return hasRealRows() ? "real rows" : "made rows (NOT RUN with real ones: ../shared/data is absent)";
}
