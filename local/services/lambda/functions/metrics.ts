import { isJsonObject, type JsonObject, member, objectOf } from "../../../../lib/json";

/** Totals of one metric of a function over all its invocations. */
export interface MetricTotal {
  readonly functionName: string;
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly samples: number;
  readonly sum: number;
  readonly max: number;
}

/** Sums the metrics that functions write in CloudWatch's embedded metric format. */
export class MetricTotals {
  private readonly totals = new Map<string, MetricTotal>();

  /** Takes one line of a function's log; a line without metrics changes nothing. */
  add(functionName: string, line: string): void {
    const document = embeddedMetrics(line);
    if (document === undefined) return;
    for (const { namespace, name, unit } of directives(document)) {
      const value = member(document, name);
      for (const sample of Array.isArray(value) ? value : [value]) {
        if (typeof sample === "number") this.count({ functionName, namespace, name, unit }, sample);
      }
    }
  }

  all(): MetricTotal[] {
    return [...this.totals.values()];
  }

  private count(
    metric: Pick<MetricTotal, "functionName" | "namespace" | "name" | "unit">,
    value: number,
  ): void {
    const key = JSON.stringify(metric);
    const { samples, sum, max } = this.totals.get(key) ?? {
      samples: 0,
      sum: 0,
      max: Number.NEGATIVE_INFINITY,
    };
    this.totals.set(key, { ...metric, samples: samples + 1, sum: sum + value, max: Math.max(max, value) });
  }
}

function embeddedMetrics(line: string): JsonObject | undefined {
  if (!line.includes('"CloudWatchMetrics"')) return undefined;
  try {
    const document: unknown = JSON.parse(line);
    return isJsonObject(document) ? document : undefined;
  } catch {
    // A log line may be any text; CloudWatch ignores one that is not JSON, too.
    return undefined;
  }
}

function* directives(document: JsonObject): Generator<{ namespace: string; name: string; unit: string }> {
  for (const directive of objects(objectOf(document, "_aws"), "CloudWatchMetrics")) {
    for (const metric of objects(directive, "Metrics")) {
      const { Namespace: namespace } = directive;
      const { Name: name, Unit: unit = "None" } = metric;
      if (typeof namespace === "string" && typeof name === "string" && typeof unit === "string") {
        yield { namespace, name, unit };
      }
    }
  }
}

function objects(parent: JsonObject, key: string): JsonObject[] {
  const value = member(parent, key);
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
