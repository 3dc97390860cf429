/** Hours of a month, as AWS's calculator counts them. */
export const HOURS = 730;
export const SECONDS = HOURS * 3600;
export const DAYS = HOURS / 24;
/** AWS bills binary units under the names of decimal ones. */
export const GB = 1024 ** 3;
export const TB = 1024 ** 4;
export const MIB = 1024 ** 2;

/** https://aws.amazon.com/kinesis/data-streams/pricing/ */
export const KINESIS_ROUNDING = 1024;
export const PUT_UNIT = 25 * 1024;
/** https://aws.amazon.com/firehose/pricing/ */
export const FIREHOSE_ROUNDING = 5 * 1024;
/** https://aws.amazon.com/athena/pricing/ */
export const ATHENA_LEAST = 10 * MIB;

/** https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const SHARD = { bytes: 1e6, records: 1000 } as const;
/** Shards of a new on-demand stream, and how far an on-demand stream keeps above its load: it takes twice the peak of 30 days. https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
export const ON_DEMAND = { leastShards: 4, headroom: 2 } as const;

/** What the functions add to a line of the retail contract: `record_id`, `arrived_at`, `extra`. */
export const STORED_EXTRA = 118;
/** Parquet, and its identities alone, for a byte of stored line. */
export const PARQUET = 0.053;
export const IDENTITIES = 0.025;
/** gzip for a byte of stored line, by the lines of an object. */
export const GZIP: readonly (readonly [lines: number, ratio: number])[] = [
  [1, 0.777],
  [10, 0.2],
  [60, 0.122],
  [600, 0.0995],
  [3_000, 0.0975],
  [100_000, 0.0973],
];

/**
 * CPU time for a line, microseconds, of a whole core. The product's two functions: 9.3 and 13.8 as measured on
 * 2026-11-28, times 0.39 and 0.50, which their present code took of that one's time in interleaved runs on 2026-11-29.
 */
export const CPU_MICROS = { validate: 3.6, upsert: 6.9, labUpsert: 23.7 } as const;
/** Memory at which a function has one whole core. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const MIB_OF_A_CORE = 1769;
/** Seconds of an invocation beside its lines. */
export const OVERHEAD_SECONDS = { validate: 0.01, upsert: 0.1 } as const;
/** Seconds of a run of MergeSmallFiles without data, and the longest with so many lines a second. */
export const IDLE_RUN_SECONDS = 2;
export const RUN_SECONDS: readonly (readonly [eventsPerSecond: number, seconds: number])[] = [
  [100, 22],
  [10_000, 23],
  [100_000, 60],
  [1_000_000, 256],
];

/** Requests of a run of MergeSmallFiles: LIST by the hours that it looks back, and for the objects of an hour. */
export const MERGE_REQUESTS = { put: 8.7, glue: 5.1, listForThousandObjects: 11.8 } as const;
export const MERGE_LISTS: readonly (readonly [hours: number, requests: number])[] = [
  [26, 9.1],
  [170, 14.3],
  [500, 35.8],
];

/** Bytes that an invocation logs: Lambda's own records and the function's line. */
export const LOG_BYTES = 1_500;
/** Of a flow log: bytes of a record, and records a minute for each node of the domain and each running UpsertToES. */
export const FLOW_LOG = { bytes: 130, perMinute: 4 } as const;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/WhatIsCloudWatchLogs.html: stored logs are compressed. */
export const STORED_LOGS = 0.15;
export const ACCESS_LOG_BYTES = 600;
/** Share of requests for objects that reach KMS in spite of the bucket's key: at most, by AWS's "up to 99 percent". */
export const BUCKET_KEY_MISSES = 0.01;
/** Requests to KMS an hour, for the stream's writers and for each of its readers. https://docs.aws.amazon.com/streams/latest/dev/costs-performance.html */
export const STREAM_KEY_REQUESTS = 12;

/** A value between measured points, on logarithmic scales; outside of them that of the nearest. */
export function between(points: readonly (readonly [number, number])[], at: number): number {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) throw new TypeError("no points");
  if (at <= first[0]) return first[1];
  if (at >= last[0]) return last[1];
  const above = points.findIndex(([x]) => x >= at);
  const [[x0, y0], [x1, y1]] = [points[above - 1] ?? first, points[above] ?? last];
  const share = Math.log(at / x0) / Math.log(x1 / x0);
  return y0 * (y1 / y0) ** share;
}

/** Every assumption of the model, as the command prints them. */
export const ASSUMPTIONS: readonly string[] = [
  `A month has ${HOURS} hours. GB and TB are 2^30 and 2^40 bytes. No free tier, no discount, no tax, no support plan.`,
  "The load is steady, no line is refused, late or sent twice, and no record is retried.",
  "The lines of a record are joined by newlines (--pack), not aggregated by the KPL.",
  "Kinesis rounds each record up to 1 KB (on-demand, in, out and stored) or to PUT units of 25 KB (provisioned); Firehose to 5 KB, also from a stream. Each reader of the stream is billed what enters.",
  `An on-demand stream has ${ON_DEMAND.leastShards} shards or ${ON_DEMAND.headroom} times those that its load needs, and is billed as On-demand Standard; On-demand Advantage is not modelled.`,
  `A stored line has ${STORED_EXTRA} bytes more than a line that is sent. For a byte of it: gzip ${GZIP.map(([, ratio]) => ratio).join(", ")} in objects of ${GZIP.map(([lines]) => lines.toLocaleString("en")).join(", ")} lines, Parquet ${PARQUET}, identities in it ${IDENTITIES} (npm run bench -- merge-cost, on 2026-11-29, synthetic lines of the retail contract; Athena's files will differ).`,
  "Firehose writes one object for a full buffer or an ended interval; a stream of many shards may have more.",
  "Storage is that of the last of --months; Parquet and, without a lifecycle rule, raw objects are kept for ever.",
  "An hour is merged at each run and once after it ended, each result is checked, and the hour is then compared. Athena bills at least 10 MB for each query. Queries of analysts are not in it.",
  `A run of MergeSmallFiles takes ${IDLE_RUN_SECONDS} s without data (assumed), and ${RUN_SECONDS.map(([, seconds]) => seconds).join(", ")} s at ${RUN_SECONDS.map(([rate]) => rate.toLocaleString("en")).join(", ")} lines a second; ${MERGE_REQUESTS.put} PUTs, ${MERGE_REQUESTS.glue} Glue requests, ${MERGE_LISTS.map(([, lists]) => lists).join(", ")} LISTs at ${MERGE_LISTS.map(([hours]) => hours).join(", ")} hours of look-back, and ${MERGE_REQUESTS.listForThousandObjects} for each 1,000 objects of an hour (simulated by npm run bench -- merge-cost; also when idle).`,
  `CPU time for a line: ValidateRecords ${CPU_MICROS.validate} µs, UpsertToES ${CPU_MICROS.upsert} µs, the lab's Python ${CPU_MICROS.labUpsert} µs (real rows and bundles, 2026-11-28, scaled by a comparison with the faster code of 2026-11-29; one core of the machine that measured; Lambda's is taken to be as fast). A function has a core at ${MIB_OF_A_CORE} MB, and less in proportion.`,
  `Beside its lines an invocation of ValidateRecords takes ${OVERHEAD_SECONDS.validate * 1000} ms and one of UpsertToES ${OVERHEAD_SECONDS.upsert * 1000} ms (assumed: the answer of _bulk). UpsertToES is invoked once a window for each shard, more often when its batches are full.`,
  `An invocation logs ${LOG_BYTES} bytes; a flow log has ${FLOW_LOG.perMinute} records of ${FLOW_LOG.bytes} bytes a minute for each node and each running UpsertToES; an access log ${ACCESS_LOG_BYTES} bytes a request (assumed). Slow and audit logs of the domain depend on its queries and are not in it.`,
  `KMS: ${STREAM_KEY_REQUESTS} requests an hour for the writers and each reader of the stream, and ${BUCKET_KEY_MISSES * 100} % of the lake's requests (assumed). A rotated key costs a version more after each of its first two years.`,
  "Not in it: data transfer (between zones, to the internet), Dashboards' users, notifications, what a deploy does.",
  "A changed setting changes nothing else: without the speed layer its alarms, metrics and log groups remain in the sum.",
];
