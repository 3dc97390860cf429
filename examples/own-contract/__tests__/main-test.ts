import "cdktf/lib/testing/adapters/jest";
import { GlueCatalogTable } from "@cdktf/provider-aws/lib/glue-catalog-table";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { Testing } from "cdktf";
import type { MeterReading } from "../contract";
import { MeterStack } from "../stack";

describe("the stack of the meter readings", () => {
  const synthesized = Testing.synth(new MeterStack(Testing.app(), "meters"));

  test("has a table with the readings' columns", () => {
    expect(synthesized).toHaveResourceWithProperties(GlueCatalogTable, { name: "meter_readings_parquet" });
    expect(synthesized).toContain('"type": "decimal(12,3)"');
  });

  test("judges readings by the team's contract", () => {
    const reading: MeterReading = {
      meter_id: "M-1",
      reading_kwh: 12.5,
      read_at: "2026-11-28T09:30:00+01:00",
    };
    for (const column of Object.keys(reading)) expect(synthesized).toContain(column);
    expect(synthesized).toHaveResource(LambdaFunction);
    expect(synthesized).toContain("read_at,meter_id:t!,reading_kwh:d12.3!,read_at:z!,site:t");
  });
});
