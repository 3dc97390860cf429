import type { StreamModel } from "../../../local/plan/data-plane";

/** A stream of a Terraform document. */
export function streamModel(change: Partial<StreamModel> = {}): StreamModel {
  const { name = "retail-trans" } = change;
  return {
    address: `aws_kinesis_stream.${name}`,
    name,
    arn: `arn:aws:kinesis:eu-west-1:123456789012:stream/${name}`,
    mode: "ON_DEMAND",
    shardCount: 4,
    retentionHours: 24,
    maxRecordKiB: 1024,
    tags: {},
    ...change,
  };
}
