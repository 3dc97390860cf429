/** The stream of the benchmark. */
export const STREAM_NAME = "benchmark";
export const STREAM_ARN = `arn:aws:kinesis:eu-west-1:123456789012:stream/${STREAM_NAME}`;
export const SHARDS = 4;
