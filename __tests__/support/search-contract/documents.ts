/** Six lines over two months, with a value for each edge: a guest, a cancellation, no description, zeros. */
export const DOCUMENTS = [
  line("a1", "490397", 6, "2009-12-06 10:30:00", 2.95, "Belgium", "RETRO SPOT MUG"),
  line("a2", "490398", -1, "2009-12-06 23:59:59", 3.1, "France", "Don't PANIC 3.5 box"),
  line("a3", "C490399", 10, "2010-01-02 00:00:00", 0.1, "France", null),
  line("a4", "490400", 3, "2010-01-05 00:00:00", 0.2, "EIRE", "white hanging heart T-LIGHT holder"),
  line("a5", "490401", 3, "2010-01-05 23:59:59", 12.75, "EIRE", "heart of wicker small"),
  line("a6", "490402", 0, "2010-01-31 23:59:59", 0, "Österreich", "naïve café mug"),
] as const;

function line(
  id: string,
  Invoice: string,
  Quantity: number,
  InvoiceDate: string,
  Price: number,
  Country: string,
  Description: string | null,
) {
  return {
    Invoice,
    StockCode: "21844",
    Description,
    Quantity,
    InvoiceDate,
    Price,
    Customer_ID: id === "a1" ? "" : "12417",
    Country,
    more: { nested: [1, 2] },
    extra: id === "a1" ? '{"Discount":0.10}' : "{}",
    record_id: id,
    arrived_at: `2026-11-24 03:00:00.00${id.slice(1)}`,
  };
}
