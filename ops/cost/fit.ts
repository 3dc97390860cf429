import { counted } from "../../lib/counted";
import { DOCUMENT_BYTES, daysOf, documentsHeld, GIB } from "../../stacks/index-volume";
import { DAYS, SHARD, STORED_EXTRA } from "./assumptions";
import type { Load } from "./load";
import { flowOf, itemsOf, mergeScan, PAYLOAD_BYTES, total } from "./model";
import type { Prices } from "./prices";
import type { CostSettings } from "./settings";

/** A setting that does not fit the load. */
export interface Misfit {
  /** Name of the setting, as an environment has it, or of the quota. */
  readonly setting: string;
  readonly problem: string;
  readonly remedy: string;
}

/**
 * Largest write rates of an on-demand stream, bytes a second.
 * https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const ON_DEMAND_MOST = {
  regions: ["us-east-1", "us-west-2", "eu-west-1"],
  there: 10e9,
  elsewhere: 200e6,
} as const;
/** Concurrent executions of an account. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const CONCURRENCY = 1000;
/** Largest recommended shard. https://docs.aws.amazon.com/opensearch-service/latest/developerguide/bp-sharding.html */
const SHARD_MOST_GIB = 50;

/** What does not fit. Empty: nothing that the model knows of. */
export function misfitsOf(settings: CostSettings, load: Load, prices: Prices): readonly Misfit[] {
  return [
    ...streamMisfits(settings, load),
    ...functionMisfits(settings, load),
    ...mergeMisfits(settings, load),
    ...indexMisfits(settings, load),
    ...budgetMisfits(settings, load, prices),
  ];
}

function streamMisfits(settings: CostSettings, load: Load): readonly Misfit[] {
  const { stream, region } = settings;
  const { neededShards, records, bytes, shards } = flowOf(settings, load);
  if (stream === undefined) return [];
  const rate = `${amount(bytes / 1e6)} MB and ${amountOf(records, "record")} a second`;
  if (stream.mode === "PROVISIONED") {
    if (neededShards <= shards) return [];
    return [
      {
        setting: "stream.capacity",
        problem: `${counted(shards, "shard")} ${shards === 1 ? "takes" : "take"} ${shards} MB and ${amount(shards * SHARD.records)} records a second; the load has ${rate}`,
        remedy: `${Math.ceil(neededShards)} shards at least, or more lines in a record (--pack)`,
      },
    ];
  }
  const isLarge = ON_DEMAND_MOST.regions.some((one) => one === region);
  const most = isLarge ? ON_DEMAND_MOST.there : ON_DEMAND_MOST.elsewhere;
  if (neededShards * SHARD.bytes > most) {
    return [
      {
        setting: "stream.capacity",
        problem: `an on-demand stream grows to ${amount(most / 1e6)} MB a second in ${region}; the load has ${rate}, for ${amount(Math.ceil(neededShards))} shards`,
        remedy: "provisioned shards, several streams, or more lines in a record (--pack)",
      },
    ];
  }
  if (neededShards <= 4) return [];
  return [
    {
      setting: "stream.capacity",
      problem: `a new on-demand stream takes 4 MB and 4,000 records a second, and grows to twice its peak; the load has ${rate}`,
      remedy:
        "let the load grow over hours, or start with provisioned shards; the sender retries what is throttled",
    },
  ];
}

function functionMisfits(settings: CostSettings, load: Load): readonly Misfit[] {
  const { upsert, validate } = settings;
  const flow = flowOf(settings, load);
  const all: Misfit[] = [];
  const busy = flow.upsert.rate * flow.upsert.seconds;
  if (upsert) {
    const atOnce = flow.shards * upsert.parallelizationFactor;
    if (busy > atOnce) {
      all.push({
        setting: "speed.parallelizationFactor",
        problem: `${amountOf(busy, "invocation")} of UpsertToES would have to run at once; ${counted(flow.shards, "shard")} by ${upsert.parallelizationFactor} ${flow.shards === 1 ? "allows" : "allow"} ${atOnce}: the index falls behind`,
        remedy: "a higher factor (up to 10), more shards, or more memory",
      });
    }
  }
  const used = busy + flow.validate.rate * flow.validate.seconds + (settings.merge ? 1 : 0);
  if (used > CONCURRENCY) {
    all.push({
      setting: "quota: concurrent executions",
      problem: `about ${amount(used)} functions would run at once; an account has ${amount(CONCURRENCY)} by default`,
      remedy: "raise the quota L-B99A9384, or give the functions more memory",
    });
  }
  const answer = validate
    ? validate.bufferMiB * 1024 ** 2 * ((load.bytes + STORED_EXTRA) / load.bytes) * BASE64
    : 0;
  if (answer > PAYLOAD_BYTES && load.eventsPerSecond > 0) {
    all.push({
      setting: "--bytes",
      problem: `a buffer of ${validate?.bufferMiB} MB of lines of ${counted(load.bytes, "byte")} makes an answer of ${amount(answer / 1024 ** 2)} MB; Lambda's limit is 6 MB`,
      remedy: "a smaller buffer of the transformation (BufferSizeInMBs)",
    });
  }
  return all;
}

const BASE64 = 4 / 3;

function mergeMisfits(settings: CostSettings, load: Load): readonly Misfit[] {
  const { merge } = settings;
  const { largest } = mergeScan(settings, flowOf(settings, load));
  if (merge?.scanLimitBytes === undefined || largest <= merge.scanLimitBytes) return [];
  return [
    {
      setting: "merge.scanLimitGiB",
      problem: `a query of an hour's merge scans ${amount(largest / GIB)} GiB; the limit is ${amount(merge.scanLimitBytes / GIB)}: the hour is never merged`,
      remedy: "a higher limit",
    },
  ];
}

function indexMisfits({ search, upsert }: CostSettings, { eventsPerSecond }: Load): readonly Misfit[] {
  if (search === undefined || upsert === undefined || eventsPerSecond === 0) return [];
  const all: Misfit[] = [];
  const held = documentsHeld(search.volumeGiB, search.dataNodes.count / search.copies);
  const days = daysOf(held, eventsPerSecond);
  if (search.retentionDays === undefined || days < search.retentionDays) {
    all.push({
      setting: "speed.volumeGiB",
      problem: `${search.volumeGiB} GiB on each data node are full after ${duration(days)}; an index is kept ${search.retentionDays === undefined ? "for ever" : `for ${counted(search.retentionDays, "day")}`} (${DOCUMENT_BYTES} bytes a document in each copy, of which there ${search.copies === 1 ? "is 1" : `are ${search.copies}`})`,
      remedy: "larger volumes, more nodes, or fewer speed.retentionDays",
    });
  }
  const shardGiB = (eventsPerSecond * 86_400 * DAYS * DOCUMENT_BYTES) / GIB / search.primaryShards;
  if (shardGiB > SHARD_MOST_GIB) {
    all.push({
      setting: "speed.shards",
      problem: `a shard of a monthly index grows to ${amount(shardGiB)} GiB; AWS recommends ${SHARD_MOST_GIB} at most`,
      remedy: `${Math.ceil((shardGiB * search.primaryShards) / SHARD_MOST_GIB)} shards`,
    });
  }
  return all;
}

function budgetMisfits(settings: CostSettings, load: Load, prices: Prices): readonly Misfit[] {
  const { budgetUsd } = settings;
  const dollars = total(itemsOf(settings, load, prices));
  if (budgetUsd === undefined || dollars <= budgetUsd) return [];
  return [
    {
      setting: "operations.budget.usdPerMonth",
      problem: `the month costs ${amount(dollars)}; the budget is ${amount(budgetUsd)}`,
      remedy: "raise it, or see the dials",
    },
  ];
}

function duration(days: number): string {
  return days < 2 ? amountOf(days * 24, "hour") : amountOf(days, "day");
}

/** Three digits, or all before the point. */
function amount(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}

/** As `counted`, of a number that is rounded by {@link amount}. */
function amountOf(value: number, thing: string): string {
  const text = amount(value);
  return `${text} ${thing}${text === "1" ? "" : "s"}`;
}
