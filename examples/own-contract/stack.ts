import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { DataLake, EncryptionKey, RetailBi, type SavedQuery } from "retail-bi";
import { meterReadings } from "./contract";

const LOCATION = { accountId: "123456789012", region: "eu-west-1" };

/** What the team asks most. */
const CONSUMPTION: SavedQuery = {
  id: "ConsumptionBySite",
  name: "Consumption by site",
  description: "From the merged table, each reading once",
  sql: `SELECT site, sum(last - first) AS kwh
FROM (
  SELECT site, meter_id, min(reading_kwh) AS first, max(reading_kwh) AS last
  FROM ${meterReadings.tables.merged}
  GROUP BY site, meter_id
) AS meters
GROUP BY site
ORDER BY kwh DESC`,
};

/** Meter readings, under the team's own key and in its own bucket. */
export class MeterStack extends TerraformStack {
  public readonly readings: RetailBi;

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, "Aws", { region: LOCATION.region, allowedAccountIds: [LOCATION.accountId] });
    const key = EncryptionKey.fromArn(this, "Key", {
      arn: "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      location: LOCATION,
    });
    const lake = DataLake.fromBucket(this, "Lake", {
      contract: meterReadings,
      bucketName: "meters-lake-123456789012",
      key,
      accountId: LOCATION.accountId,
      rawRetentionDays: 90,
    });
    this.readings = new RetailBi(this, "Readings", {
      contract: meterReadings,
      location: LOCATION,
      key,
      lake,
      protected: false,
      savedQueries: [CONSUMPTION],
    });
  }
}
