import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import {
  decimal,
  defineContract,
  EventStream,
  Operations,
  SpeedLayer,
  text,
  timestamp,
  Vpc,
} from "retail-bi";

const LOCATION = { accountId: "123456789012", region: "eu-west-1" };

/** A payment at a till. */
export const payments = defineContract({
  name: "payments",
  eventTime: "paid_at",
  smoke: { till: "SMOKE", amount: 0 },
  columns: {
    till: text(),
    amount: decimal(10, 2, { comment: "Euros" }),
    paid_at: timestamp({ format: "iso" }),
  },
});

/** Search over a stream that exists, in a network that exists, with alarms. */
export class PaymentSearchStack extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, "Aws", { region: LOCATION.region, allowedAccountIds: [LOCATION.accountId] });
    const source = EventStream.fromArn(this, "Stream", {
      arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/payments",
    });
    const network = Vpc.fromIds(this, "Network", {
      vpcId: "vpc-0123456789abcdef0",
      privateSubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
      location: LOCATION,
    });
    const { lake, monitored } = new SpeedLayer(this, "Search", {
      contract: payments,
      location: LOCATION,
      source,
      network,
    });
    new Operations(this, "Operations", { contract: payments, location: LOCATION, lake, speed: monitored });
  }
}
