import { bigint, boolean, decimal, double, integer, text, timestamp } from "../../contract/column";
import { defineContract } from "../../contract/define";

/** A contract with a column of every kind, required and optional, with words of SQL among the names. */
export const everyKind = defineContract({
  name: "every_kind",
  eventTime: "At",
  smoke: { Order: "SMOKE", Count: 0, Seen: "2020-01-02T00:00:00+01:00" },
  columns: {
    Order: text(),
    group: text().optional(),
    Note: text().optional().search("words"),
    At: timestamp(),
    Seen: timestamp({ format: "iso" }).optional(),
    Count: integer(),
    Total: bigint().optional(),
    Weight: double().optional(),
    Amount: decimal(12, 4).optional(),
    Open: boolean().optional(),
  },
});
