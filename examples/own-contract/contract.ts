import { decimal, defineContract, type RecordOf, text, timestamp } from "retail-bi";

/** A reading of an electricity meter. */
export const meterReadings = defineContract({
  name: "meter_readings",
  eventTime: "read_at",
  // Marks the lines of `retail-bi smoke`, which panels and saved queries leave out.
  smoke: { meter_id: "SMOKE", reading_kwh: 0 },
  columns: {
    meter_id: text({ comment: "Number of the meter" }),
    reading_kwh: decimal(12, 3, { comment: "State of the meter, kilowatt hours" }),
    read_at: timestamp({ format: "iso", comment: "When the meter was read" }),
    site: text({ comment: "Site of the meter; empty for a private home" }).optional(),
  },
});

/** A reading as a gateway sends it. */
export type MeterReading = RecordOf<typeof meterReadings>;
