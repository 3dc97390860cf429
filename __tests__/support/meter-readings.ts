import { decimal, text, timestamp } from "../../contract/column";
import { defineContract } from "../../contract/define";

/** The contract of another team, under the names that follow by rule. */
export const meterReadings = defineContract({
  name: "meter_readings",
  eventTime: "read_at",
  columns: {
    meter_id: text({ comment: "Number of the meter" }),
    reading_kwh: decimal(12, 3, { comment: "State of the meter, kWh" }),
    read_at: timestamp({ format: "iso", comment: "When the meter was read" }),
    site: text({ comment: "Where the meter is" }).optional(),
  },
});
