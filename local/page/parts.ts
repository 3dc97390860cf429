import { METRICS as MERGE } from "../../lambdas/merge-small-files/metrics";
import { METRICS as UPSERT } from "../../lambdas/upsert-to-es/metrics";
import { METRICS as VALIDATE } from "../../lambdas/validate-records/metrics";
import type { LocalRun } from "../local-run";
import type { FunctionStats } from "../services/lambda/service";
import type { Generator } from "./generator";
import type { Rates } from "./rates";
import type { Fact, Flow, LayerState, Part } from "./state";

/** Sources of the parts. */
interface PartSources {
  readonly run: LocalRun;
  readonly generator: Generator;
  readonly rates: Rates;
  readonly layers: readonly LayerState[];
}

/** The rate of a layer that was read longer ago is not known. */
const STALE_AFTER_MS = 10_000;

const NO_INVOCATIONS = { invocations: 0, failures: 0, durationTotal: 0 };

/** The parts of the pipeline in the order of the data, each with its throughput and its facts. */
export function readParts(sources: PartSources, nowMs: number): Part[] {
  const { run, rates } = sources;
  const flow: MakeFlow = (name, unit, total, atMs = nowMs) => {
    if (total === undefined) return { unit };
    const perSecond = rates.take(name, total, atMs);
    const isKnown = perSecond !== undefined && nowMs - atMs <= STALE_AFTER_MS;
    return { unit, total, ...(isKnown && { perSecond }) };
  };
  return [
    ...sourceParts(sources, flow),
    ...(run.dataSources.batch === undefined ? [] : batchParts(sources, flow)),
    ...(run.dataSources.search === undefined ? [] : speedParts(sources, flow)),
  ];
}

/** @param total undefined: not known at present @param atMs time of the total, by default now */
type MakeFlow = (name: string, unit: Flow["unit"], total: number | undefined, atMs?: number) => Flow;

function sourceParts({ run, generator }: PartSources, flow: MakeFlow): Part[] {
  const { sent } = generator;
  const puts = run.puts();
  const [stream] = run.plane.streams;
  const readers = [...run.deliveryStreams, ...run.eventSourceMappings].map(
    (one) => one.progress().recordsRead,
  );
  return [
    {
      id: "generator",
      title: "Generator",
      name: "loadgen",
      lane: "source",
      out: flow("generator out", "lines", sent.acknowledged),
      facts: [
        count("sent again", sent.retried),
        trouble("failed", sent.failed),
        trouble("refused rows", sent.refused),
      ],
    },
    {
      id: "stream",
      title: "Stream",
      name: stream?.name ?? "",
      lane: "source",
      in: flow("stream in", "records", puts.records),
      out: flow("stream out", "records", sum(readers)),
      facts: [
        count("shards", stream?.shardCount ?? 0),
        count("readers", readers.length),
        trouble("refused", puts.refused),
      ],
    },
  ];
}

function batchParts({ run, layers }: PartSources, flow: MakeFlow): Part[] {
  const progress = run.deliveryStreams.map((one) => one.progress());
  const total = (pick: (one: (typeof progress)[number]) => number): number => sum(progress.map(pick));
  const [delivery] = run.deliveryStreams;
  const validate = functionOf(run, delivery?.model.transformation?.functionArn);
  const [schedule] = run.plane.schedules;
  const merge = functionOf(run, schedule?.functionArn);
  const outcome = run.outcomes.get(schedule?.name ?? "");
  const quarantined = validate.metric(VALIDATE.quarantined);
  const table = layers.find(({ layer }) => layer === "batch");
  return [
    {
      id: "delivery",
      title: "Delivery stream",
      name: delivery?.model.name ?? "",
      lane: "batch",
      in: flow(
        "delivery in",
        "records",
        total(({ recordsRead }) => recordsRead),
      ),
      out: flow(
        "delivery out",
        "records",
        total(({ recordsDelivered }) => recordsDelivered),
      ),
      facts: [
        count(
          "in its buffers",
          total((one) => one.recordsRead - one.recordsDelivered - one.recordsDropped - one.recordsFailed),
        ),
        trouble(
          "failed invocations",
          total(({ failedInvocations }) => failedInvocations),
        ),
        trouble(
          "failed records",
          total(({ recordsFailed }) => recordsFailed),
        ),
      ],
    },
    {
      id: "validate-records",
      title: "ValidateRecords",
      name: validate.name,
      lane: "batch",
      in: flow("validate in", "lines", validate.metric(VALIDATE.accepted) + quarantined),
      out: flow("validate out", "lines", validate.metric(VALIDATE.accepted)),
      facts: [
        count("batches", validate.stats.invocations),
        ...meanDuration(validate.stats),
        trouble("quarantined", quarantined),
      ],
    },
    {
      id: "lake",
      title: "Lake, JSON",
      name: delivery?.model.bucket ?? "",
      lane: "batch",
      in: flow(
        "lake in",
        "objects",
        total(({ objects }) => objects),
      ),
      facts: [
        count(
          "records",
          total(({ recordsDelivered }) => recordsDelivered),
        ),
      ],
    },
    {
      id: "merge-small-files",
      title: "MergeSmallFiles",
      name: merge.name,
      lane: "batch",
      out: flow("merge out", "rows", table?.lines, table?.asOfMs),
      facts: [
        count("runs", merge.stats.invocations),
        count("merges", merge.metric(MERGE.mergedHours)),
        trouble("failed", merge.stats.failures + merge.metric(MERGE.failedSteps)),
        ...(outcome?.ok === false ? [trouble("last run failed", 1)] : []),
      ],
    },
  ];
}

function speedParts({ run, layers }: PartSources, flow: MakeFlow): Part[] {
  const progress = run.eventSourceMappings.map((one) => one.progress());
  const total = (pick: (one: (typeof progress)[number]) => number): number => sum(progress.map(pick));
  const [mapping] = run.eventSourceMappings;
  const upsert = functionOf(run, mapping?.model.functionArn);
  const [domain] = run.plane.searchDomains;
  const index = layers.find(({ layer }) => layer === "speed");
  const latency = run.latency?.latency();
  return [
    {
      id: "upsert-to-es",
      title: "UpsertToES",
      name: upsert.name,
      lane: "speed",
      in: flow(
        "upsert in",
        "records",
        total(({ recordsRead }) => recordsRead),
      ),
      out: flow("upsert out", "lines", upsert.metric(UPSERT.indexed)),
      facts: [
        count(
          "in hand",
          total((one) => one.recordsRead - one.recordsAcknowledged - one.discarded.length),
        ),
        count(
          "batches",
          total(({ invocations }) => invocations),
        ),
        ...meanDuration(upsert.stats),
        trouble(
          "retries",
          total(({ retries }) => retries),
        ),
        trouble("quarantined", upsert.metric(UPSERT.quarantined)),
        trouble(
          "discarded",
          total(({ discarded }) => discarded.length),
        ),
      ],
    },
    {
      id: "index",
      title: "Index",
      name: domain?.name ?? "",
      lane: "speed",
      in: flow("index in", "documents", index?.lines, index?.asOfMs),
      facts:
        latency === undefined
          ? []
          : [
              { label: "found after, median", value: latency.p50_ms, unit: "milliseconds" },
              { label: "found after, p99", value: latency.p99_ms, unit: "milliseconds" },
              // These are in no percentile; without them the latency is underestimated.
              count("of the sample, not found", latency.awaited),
              count("not sampled, too many", latency.passedOver),
            ],
    },
  ];
}

interface FunctionView {
  readonly name: string;
  readonly stats: Pick<FunctionStats, "invocations" | "failures" | "durationTotal">;
  /** Sum of what the function reported under a name. */
  metric(name: string): number;
}

function functionOf(run: LocalRun, arn: string | undefined): FunctionView {
  const name = run.plane.functions.find((one) => one.arn === arn)?.name ?? "";
  const stats = run.functions.stats().find(({ functionName }) => functionName === name) ?? NO_INVOCATIONS;
  const own = run.functions.metrics().filter(({ functionName }) => functionName === name);
  return {
    name,
    stats,
    metric: (wanted) => sum(own.filter((metric) => metric.name === wanted).map((metric) => metric.sum)),
  };
}

function meanDuration({ invocations, durationTotal }: FunctionView["stats"]): Fact[] {
  if (invocations === 0) return [];
  return [{ label: "mean duration", value: durationTotal / invocations, unit: "milliseconds" }];
}

function count(label: string, value: number): Fact {
  return { label, value, unit: "count" };
}

function trouble(label: string, value: number): Fact {
  return { label, value, unit: "count", isTrouble: true };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
