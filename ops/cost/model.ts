import { counted } from "../../lib/counted";
import {
  ACCESS_LOG_BYTES,
  ATHENA_LEAST,
  BUCKET_KEY_MISSES,
  between,
  CPU_MICROS,
  DAYS,
  FIREHOSE_ROUNDING,
  FLOW_LOG,
  GB,
  GZIP,
  HOURS,
  IDENTITIES,
  IDLE_RUN_SECONDS,
  KINESIS_ROUNDING,
  LOG_BYTES,
  MERGE_LISTS,
  MERGE_REQUESTS,
  MIB,
  MIB_OF_A_CORE,
  ON_DEMAND,
  OVERHEAD_SECONDS,
  PARQUET,
  PUT_UNIT,
  RUN_SECONDS,
  SECONDS,
  SHARD,
  STORED_EXTRA,
  STORED_LOGS,
  STREAM_KEY_REQUESTS,
  TB,
} from "./assumptions";
import type { Load } from "./load";
import { costOf, type PriceName, type Prices } from "./prices";
import type { CostSettings, FunctionSettings } from "./settings";

/** In the order of a report. */
export const LAYERS = [
  "stream",
  "delivery",
  "validate function",
  "lake",
  "merge function",
  "catalog and queries",
  "speed function",
  "search domain",
  "network",
  "logs",
  "alarms and metrics",
  "keys",
] as const;
export type Layer = (typeof LAYERS)[number];

/** A line of the bill. */
export interface Item {
  readonly layer: Layer;
  readonly item: string;
  /** Units of {@link price} a month. */
  readonly quantity: number;
  readonly price: PriceName;
  /** US dollars a month. */
  readonly dollars: number;
}

/** What the load makes of a system, before prices. */
export interface Flow {
  /** Stream records a second. */
  readonly records: number;
  readonly recordBytes: number;
  /** Bytes a second that enter the stream. */
  readonly bytes: number;
  /** Bytes a second of stored lines, before compression. */
  readonly storedBytes: number;
  /** Shards that the load fills. */
  readonly neededShards: number;
  /** Shards of the stream; of another owner's, those of an on-demand one. */
  readonly shards: number;
  /** Objects a second that Firehose writes. */
  readonly objects: number;
  /** gzip, or 1. */
  readonly rawRatio: number;
  /** Bytes of the raw objects of an hour, as stored. */
  readonly rawBytesAnHour: number;
  readonly validate: Invocations;
  readonly upsert: Invocations;
}

export interface Invocations {
  /** A second. */
  readonly rate: number;
  /** Seconds of each. */
  readonly seconds: number;
}

const NONE: Invocations = { rate: 0, seconds: 0 };

export function flowOf(settings: CostSettings, load: Load): Flow {
  const { eventsPerSecond, bytes: lineBytes, pack } = load;
  const records = eventsPerSecond / pack;
  const recordBytes = lineBytes * pack;
  const bytes = eventsPerSecond * lineBytes;
  // Without the transformation Firehose stores what was sent.
  const storedBytes = eventsPerSecond * (lineBytes + (settings.validate ? STORED_EXTRA : 0));
  const neededShards = Math.max(bytes / SHARD.bytes, records / SHARD.records);
  const shards =
    settings.stream?.mode === "PROVISIONED"
      ? settings.stream.shardCount
      : Math.max(ON_DEMAND.leastShards, Math.ceil(neededShards * ON_DEMAND.headroom));
  const { delivery } = settings;
  const objects = delivery
    ? Math.max(
        storedBytes / (delivery.bufferMiB * MIB),
        Math.min(records, 1 / Math.max(1, delivery.bufferSeconds)),
      )
    : 0;
  const rawRatio = delivery?.gzip && objects > 0 ? between(GZIP, eventsPerSecond / objects) : 1;
  return {
    records,
    recordBytes,
    bytes,
    storedBytes,
    neededShards,
    shards,
    objects,
    rawRatio,
    rawBytesAnHour: delivery ? storedBytes * 3600 * rawRatio : 0,
    validate: validateInvocations(settings, load, shards),
    upsert: upsertInvocations(settings, load, shards),
  };
}

function validateInvocations({ validate }: CostSettings, load: Load, shards: number): Invocations {
  if (validate === undefined || load.eventsPerSecond === 0) return NONE;
  const records = load.eventsPerSecond / load.pack;
  const full = (load.eventsPerSecond * load.bytes) / (validate.bufferMiB * MIB);
  const rate = Math.min(records, Math.max(full, shards / Math.max(1, validate.bufferSeconds)));
  return {
    rate,
    seconds: secondsOf(validate, load.eventsPerSecond / rate, CPU_MICROS.validate, OVERHEAD_SECONDS.validate),
  };
}

function upsertInvocations({ upsert }: CostSettings, load: Load, shards: number): Invocations {
  if (upsert === undefined || load.eventsPerSecond === 0) return NONE;
  const records = load.eventsPerSecond / load.pack;
  // Lambda polls a shard once a second where there is no window.
  const windows = shards / Math.max(1, upsert.windowSeconds);
  const full = Math.max(
    records / upsert.batchSize,
    (load.eventsPerSecond * load.bytes * BASE64) / PAYLOAD_BYTES,
  );
  const rate = Math.min(records, Math.max(windows, full));
  const lines = load.eventsPerSecond / rate;
  return { rate, seconds: secondsOf(upsert, lines, upsert.cpuMicrosPerLine, OVERHEAD_SECONDS.upsert) };
}

const BASE64 = 4 / 3;
/** Largest event or answer of a synchronous invocation. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const PAYLOAD_BYTES = 6 * MIB;

/** Seconds of an invocation for so many lines. */
function secondsOf({ memoryMiB }: FunctionSettings, lines: number, micros: number, overhead: number): number {
  return overhead + (lines * micros * Math.max(1, MIB_OF_A_CORE / memoryMiB)) / 1e6;
}

/** Queries of an hour's merge: how often, and the share of the hour's lines that there are by then. */
function mergeQueries(
  { merge }: CostSettings,
  objects: number,
): readonly { readonly weight: number; readonly share: number }[] {
  if (merge === undefined || objects === 0) return [];
  if (merge.strategy === "once") return [{ weight: 1, share: 1 }];
  const during = Math.min(60 / merge.everyMinutes, objects * 3600);
  const steps = Math.ceil(during);
  return [
    ...Array.from({ length: steps }, (_, step) => ({ weight: during / steps, share: (step + 0.5) / steps })),
    { weight: 1, share: 1 },
  ];
}

/** Bytes that the merge and the comparison of an hour scan and are billed for, and the largest query of them. */
export function mergeScan(settings: CostSettings, flow: Flow) {
  const raw = flow.rawBytesAnHour;
  const isSwap = settings.merge?.strategy === "swap";
  const ids = isSwap ? flow.storedBytes * 3600 * IDENTITIES : 0;
  const merges = mergeQueries(settings, flow.objects).flatMap(({ weight, share }) => [
    // The identities of the two hours before it.
    { weight, bytes: raw * share + 2 * ids },
    // The check of its result.
    ...(isSwap ? [{ weight, bytes: ids * share }] : []),
  ]);
  const compare = isSwap && merges.length > 0 ? [{ weight: 1, bytes: raw + 3 * ids }] : [];
  const all = [...merges, ...compare];
  return {
    queries: sum(all.map(({ weight }) => weight)),
    scanned: sum(all.map(({ weight, bytes }) => weight * bytes)),
    billed: sum(all.map(({ weight, bytes }) => weight * Math.max(ATHENA_LEAST, bytes))),
    largest: Math.max(0, ...all.map(({ bytes }) => bytes)),
  };
}

/** The bill of a month. Items of no quantity are left out. */
export function itemsOf(settings: CostSettings, load: Load, prices: Prices): readonly Item[] {
  const flow = flowOf(settings, load);
  const bill = new Bill(prices);
  const requests = lakeRequests(settings, flow);
  addStream(bill, settings, flow);
  addFunctions(bill, settings, load, flow);
  if (settings.delivery) {
    bill.add("delivery", "Firehose", (roundedBytes(flow, FIREHOSE_ROUNDING) * SECONDS) / GB, "firehose.GB");
  }
  addLake(bill, settings, load, flow, requests);
  addQueries(bill, settings, load, flow);
  addSearch(bill, settings);
  addNetwork(bill, settings);
  addLogs(bill, settings, load, flow);
  const { always, withData } = settings.customMetrics;
  bill.add("alarms and metrics", "alarmed metrics", settings.alarmMetrics, "cloudwatch.alarmMetric");
  bill.add(
    "alarms and metrics",
    "custom metrics",
    always + (load.eventsPerSecond > 0 ? withData : 0),
    "cloudwatch.metric",
  );
  bill.add("alarms and metrics", "dashboards", settings.dashboards, "cloudwatch.dashboard");
  addKeys(bill, settings, load, requests);
  return bill.items.sort((one, other) => LAYERS.indexOf(one.layer) - LAYERS.indexOf(other.layer));
}

export function total(items: readonly Item[]): number {
  return sum(items.map(({ dollars }) => dollars));
}

class Bill {
  readonly items: Item[] = [];

  constructor(private readonly prices: Prices) {}

  add(layer: Layer, item: string, quantity: number, price: PriceName): void {
    if (quantity <= 0) return;
    this.items.push({ layer, item, quantity, price, dollars: costOf(quantity, this.prices.of(price)) });
  }

  /** Something of a kind that may have no price; the reader of the settings has named it then. */
  addKind(layer: Layer, item: string, quantity: number, name: string): void {
    const known = this.prices.find(name);
    if (known) this.add(layer, item, quantity, known.name);
  }
}

/** Bytes a second, each record rounded up. */
function roundedBytes({ records, recordBytes }: Flow, unit: number): number {
  return records * Math.ceil(recordBytes / unit) * unit;
}

/** Functions that read the stream. */
function readersOf({ delivery, upsert }: CostSettings): number {
  return (delivery ? 1 : 0) + (upsert ? 1 : 0);
}

const LONG_TERM_HOURS = 168;

function addStream(bill: Bill, settings: CostSettings, flow: Flow): void {
  const { stream } = settings;
  if (stream === undefined) return;
  const gb = (roundedBytes(flow, KINESIS_ROUNDING) * SECONDS) / GB;
  const extended = (Math.min(stream.retentionHours, LONG_TERM_HOURS) - 24) / HOURS;
  const longTerm = Math.max(0, stream.retentionHours - LONG_TERM_HOURS) / HOURS;
  if (stream.mode === "ON_DEMAND") {
    bill.add("stream", "on-demand stream", HOURS, "kinesis.onDemandStreamHour");
    bill.add("stream", "data in", gb, "kinesis.onDemandGBIn");
    bill.add(
      "stream",
      `data out, ${counted(readersOf(settings), "reader")}`,
      gb * readersOf(settings),
      "kinesis.onDemandGBOut",
    );
    bill.add(
      "stream",
      "kept from the second day to the seventh",
      gb * extended,
      "kinesis.onDemandExtendedGBMonth",
    );
  } else {
    const hours = stream.shardCount * HOURS;
    const units = (flow.records * Math.ceil(flow.recordBytes / PUT_UNIT) * SECONDS) / 1e6;
    bill.add("stream", "shards", hours, "kinesis.shardHour");
    bill.add("stream", "PUT payload units", units, "kinesis.putUnitMillion");
    if (stream.retentionHours > 24)
      bill.add("stream", "retention beyond a day", hours, "kinesis.extendedShardHour");
  }
  bill.add("stream", "kept after the seventh day", gb * longTerm, "kinesis.longTermGBMonth");
}

function addFunctions(bill: Bill, settings: CostSettings, load: Load, { validate, upsert }: Flow): void {
  addFunction(bill, "validate function", settings.validate, validate);
  if (settings.merge) {
    const seconds = load.eventsPerSecond > 0 ? between(RUN_SECONDS, load.eventsPerSecond) : IDLE_RUN_SECONDS;
    addFunction(bill, "merge function", settings.merge, {
      rate: 1 / (settings.merge.everyMinutes * 60),
      seconds,
    });
  }
  addFunction(bill, "speed function", settings.upsert, upsert);
}

function addFunction(
  bill: Bill,
  layer: Layer,
  settings: FunctionSettings | undefined,
  { rate, seconds }: Invocations,
): void {
  if (settings === undefined) return;
  const invocations = rate * SECONDS;
  const price = settings.architecture === "arm64" ? "lambda.arm64GBSecond" : "lambda.x86GBSecond";
  bill.add(layer, "invocations", invocations / 1e6, "lambda.requestMillion");
  bill.add(layer, "duration", (invocations * seconds * settings.memoryMiB) / 1024, price);
}

/** Requests to the lake's bucket, a month. */
function lakeRequests(settings: CostSettings, flow: Flow): { readonly put: number; readonly get: number } {
  const { merge } = settings;
  const runs = merge ? SECONDS / (merge.everyMinutes * 60) : 0;
  const { queries } = mergeScan(settings, flow);
  const lists = merge
    ? between(MERGE_LISTS, merge.lookBackHours) + MERGE_REQUESTS.listForThousandObjects * flow.objects * 3.6
    : 0;
  const perRun = merge?.strategy === "swap" ? MERGE_REQUESTS.put + lists : 0;
  const reads = sum(mergeQueries(settings, flow.objects).map(({ weight, share }) => weight * share));
  const objectsAnHour = flow.objects * 3600;
  return {
    // A query writes its table's file and its result.
    put: flow.objects * SECONDS + runs * perRun + 2 * queries * HOURS,
    get: (reads + (merge?.strategy === "swap" && queries > 0 ? 1 : 0)) * objectsAnHour * HOURS,
  };
}

function addLake(
  bill: Bill,
  settings: CostSettings,
  { months }: Load,
  flow: Flow,
  { put, get }: ReturnType<typeof lakeRequests>,
): void {
  const { lake, merge } = settings;
  // The requests are of functions and Firehose here, whoever owns the bucket.
  bill.add("lake", "PUT and LIST", put / 1000, "s3.thousandPut");
  bill.add("lake", "GET", get / 1000, "s3.thousandGet");
  if (lake === undefined) return;
  const age = months * DAYS;
  const perDay = (flow.storedBytes * 86_400) / GB;
  const rawDays = Math.min(age, lake.rawDays ?? age);
  const expiredDays = Math.min(lake.noncurrentDays, Math.max(0, age - rawDays));
  const raw = settings.delivery ? perDay * flow.rawRatio * (rawDays + expiredDays) : 0;
  const parquetDays = merge
    ? age + Math.min(lake.noncurrentDays, age) * supersededShare(settings, flow.objects)
    : 0;
  bill.add("lake", "storage", raw + perDay * PARQUET * parquetDays, "s3.GBMonth");
  if (lake.accessLogDays !== undefined) {
    const logged = (((put + get) / DAYS) * ACCESS_LOG_BYTES * Math.min(lake.accessLogDays, age)) / GB;
    bill.add("lake", "access logs", logged, "s3.GBMonth");
  }
  // Objects are put, and deleted later.
  if (lake.objectEvents) {
    const written = flow.objects * SECONDS + 2 * mergeScan(settings, flow).queries * HOURS;
    bill.add("lake", "object events", (2 * written) / 1e6, "events.millionS3Events");
  }
}

/** Parquet that later merges of the same hour replaced, for a byte that stays. */
function supersededShare(settings: CostSettings, objects: number): number {
  return Math.max(0, sum(mergeQueries(settings, objects).map(({ weight, share }) => weight * share)) - 1);
}

function addQueries(bill: Bill, settings: CostSettings, { months }: Load, flow: Flow): void {
  const { merge } = settings;
  if (merge === undefined) return;
  const scan = mergeScan(settings, flow);
  bill.add("catalog and queries", "Athena, merges and comparisons", (scan.billed * HOURS) / TB, "athena.TB");
  const requests = (SECONDS / (merge.everyMinutes * 60)) * MERGE_REQUESTS.glue;
  bill.add("catalog and queries", "Glue requests", requests / 1e6, "glue.millionRequests");
  // Those of the raw table are registered ahead, with or without data.
  const partitions = (scan.queries > 0 ? 2 : 1) * HOURS * months;
  bill.add("catalog and queries", "Glue partitions", partitions / 1000, "glue.thousandObjects");
}

function addSearch(bill: Bill, { search }: CostSettings): void {
  if (search === undefined) return;
  for (const [what, nodes] of [
    ["data nodes", search.dataNodes],
    ["master nodes", search.masterNodes],
  ] as const) {
    if (nodes) {
      const item = `${what} ${nodes.type}`;
      bill.addKind("search domain", item, nodes.count * HOURS, `opensearch.hour.${nodes.type}`);
    }
  }
  const { count } = search.dataNodes;
  bill.addKind(
    "search domain",
    `volumes ${search.volumeType}`,
    count * search.volumeGiB,
    `opensearch.${search.volumeType}GBMonth`,
  );
}

function addNetwork(bill: Bill, { network, instances }: CostSettings): void {
  bill.add("network", "NAT gateways", network.natGateways * HOURS, "vpc.natHour");
  bill.add("network", "public addresses", network.addresses * HOURS, "vpc.addressHour");
  bill.add("network", "interface endpoints", network.endpointZones * HOURS, "vpc.endpointHour");
  for (const { type, volumeGiB, volumeType } of instances) {
    bill.addKind("network", `instance ${type}`, HOURS, `ec2.hour.${type}`);
    bill.addKind("network", `its volume ${volumeType}`, volumeGiB, `ebs.${volumeType}GBMonth`);
  }
}

function addLogs(bill: Bill, settings: CostSettings, load: Load, { validate, upsert }: Flow): void {
  if (settings.logDays === 0) return;
  const { merge, search, network } = settings;
  const runs = merge ? SECONDS / (merge.everyMinutes * 60) : 0;
  const functions = (validate.rate + upsert.rate) * SECONDS + runs;
  const nodes = (search?.dataNodes.count ?? 0) + (search?.masterNodes?.count ?? 0);
  const running = upsert.rate * upsert.seconds;
  const flows = network.flowLogs ? (nodes + running) * FLOW_LOG.perMinute * HOURS * 60 * FLOW_LOG.bytes : 0;
  const gb = (functions * LOG_BYTES + flows) / GB;
  const kept = Math.min(settings.logDays, load.months * DAYS) / DAYS;
  bill.add("logs", "ingested", gb, "logs.GBIn");
  bill.add("logs", "stored", gb * STORED_LOGS * kept, "logs.GBMonth");
}

function addKeys(
  bill: Bill,
  settings: CostSettings,
  { eventsPerSecond, months }: Load,
  { put, get }: ReturnType<typeof lakeRequests>,
): void {
  const { keys, stream, lake } = settings;
  // A new version at the end of each year; the third and later ones are free.
  const versions = Math.min(2, Math.floor((months - 1) / 12));
  bill.add("keys", "KMS keys", keys.count + keys.rotated * versions, "kms.key");
  const ofStream =
    stream?.encrypted && eventsPerSecond > 0 ? STREAM_KEY_REQUESTS * HOURS * (1 + readersOf(settings)) : 0;
  const ofLake = lake?.encrypted ? (put + get) * BUCKET_KEY_MISSES : 0;
  bill.add("keys", "KMS requests", (ofStream + ofLake) / 10_000, "kms.tenThousandRequests");
  bill.add("keys", "secrets", settings.secrets, "secrets.secret");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
