import "cdktf/lib/testing/adapters/jest";
import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Testing } from "cdktf";
import { PaymentSearchStack } from "../stack";

describe("the stack of the payments", () => {
  const synthesized = Testing.synth(new PaymentSearchStack(Testing.app(), "payments"));

  test("reads the stream that exists, and makes none", () => {
    expect(synthesized).toHaveResourceWithProperties(LambdaEventSourceMapping, {
      event_source_arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/payments",
    });
    expect(synthesized).not.toHaveResource(KinesisStream);
  });

  test("makes no network", () => {
    expect(synthesized).not.toHaveResource(Vpc);
  });
});
