import type { StreamModel } from "./data-plane";
import type { Stack } from "./stack";

/** Shards of a new on-demand stream. */
export const ON_DEMAND_SHARDS = 4;
/** Largest record of a stream that names no other size, KiB; also the smallest that can be named. */
export const DEFAULT_RECORD_KIB = 1024;

/** Largest record size that a stream can have, KiB. */
const LARGEST_RECORD_KIB = 10_240;

/** Names of the `aws_s3_bucket` resources. */
export function readBuckets(stack: Stack): string[] {
  return stack.all("aws_s3_bucket").map((bucket) => {
    bucket.notHonoured("force_destroy", "nothing is destroyed here");
    return bucket.string("bucket");
  });
}

/** `aws_kinesis_stream` */
export function readStreams(stack: Stack): StreamModel[] {
  return stack.all("aws_kinesis_stream").map((stream) => {
    for (const property of ["encryption_type", "kms_key_id"]) {
      stream.notHonoured(property, "nothing is encrypted here");
    }
    stream.notHonoured("shard_level_metrics", "no CloudWatch here");
    stream.notHonoured("enforce_consumer_deletion", "nothing is destroyed here");
    const name = stream.string("name");
    const mode =
      stream.block("stream_mode_details")?.oneOf("stream_mode", ["ON_DEMAND", "PROVISIONED"]) ??
      "PROVISIONED";
    // The provider stores 0 for a stream on demand.
    const shards = stream.integer("shard_count", 0, 0);
    if ((mode === "ON_DEMAND") !== (shards === 0)) {
      stream.refuse("shard_count", "is required for a provisioned stream, and allowed only there");
    }
    const maxRecordKiB = stream.integer("max_record_size_in_kib", DEFAULT_RECORD_KIB, DEFAULT_RECORD_KIB);
    if (maxRecordKiB > LARGEST_RECORD_KIB) {
      stream.refuse("max_record_size_in_kib", `must be at most ${LARGEST_RECORD_KIB}`);
    }
    return {
      address: stream.address,
      name,
      arn: `arn:aws:kinesis:${stack.region}:${stack.accountId}:stream/${name}`,
      mode,
      shardCount: shards === 0 ? ON_DEMAND_SHARDS : shards,
      retentionHours: stream.integer("retention_period", 24, 24),
      maxRecordKiB,
      tags: stream.map("tags"),
    };
  });
}
