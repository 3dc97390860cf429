import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { METRICS } from "../../lambdas/upsert-to-es/metrics";
import { acknowledged } from "../../local/acknowledged";
import type { LocalRun } from "../../local/local-run";
import type { DataPlane, FunctionModel } from "../../local/plan/data-plane";
import { type SendOptions, send } from "../../local/send";
import type { MappingProgress } from "../../local/services/lambda/event-source-mapping/event-source-mapping";
import { settle } from "../../local/settle";
import type { Reconciliation } from "../../ops/reconcile/reconcile";

/** A run of both layers, with a test's actions and observations. */
export class ObservedRun {
  private files = 0;
  /** Stops the waits of a test that took too long. */
  private readonly stop = new AbortController();

  constructor(
    readonly folder: string,
    readonly run: LocalRun,
  ) {}

  /** Sends synthetic lines. @param options override one line per record and unlimited rate */
  async send(maxCount: number, options: Partial<SendOptions> = {}): Promise<void> {
    const { signal } = this.stop;
    const report = await send(this.run, { maxCount, pack: 1, seed: this.files++, signal, ...options });
    expect(report).toMatchObject({ acknowledged: maxCount, failed: 0 });
  }

  /** Sends these lines unchanged. */
  async sendLines(lines: readonly string[]): Promise<void> {
    await this.send(lines.length, { inputFile: this.file(lines) });
  }

  /** A file of lines. */
  file(lines: readonly string[]): string {
    const path = join(this.folder, `lines-${this.files++}.jsonl`);
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
    return path;
  }

  /** The reconciliation once all layers agree, or nothing changes any more. */
  async settled(): Promise<Reconciliation> {
    const found = await settle(this.run, await acknowledged(this.run), this.stop.signal);
    if (found === undefined) throw new Error("settling was interrupted though nobody did so");
    return found;
  }

  get mapping(): MappingProgress {
    const [mapping] = this.run.eventSourceMappings;
    if (mapping === undefined) throw new Error("the Terraform has no event source mapping");
    return mapping.progress();
  }

  /** Sum of a metric of UpsertToES so far. */
  metric(metric: keyof typeof METRICS): number {
    const { name } = upsertToEs(this.run.plane);
    const totals = this.run.functions.metrics();
    return totals.find((total) => total.functionName === name && total.name === METRICS[metric])?.sum ?? 0;
  }

  /** The running processes of UpsertToES. */
  processIds(): number[] {
    const { name } = upsertToEs(this.run.plane);
    const stats = this.run.functions.stats().find(({ functionName }) => functionName === name);
    return stats?.processes.map(({ pid }) => pid) ?? [];
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.run.close();
  }
}

/** The function that the event source mapping invokes. */
export function upsertToEs(plane: DataPlane): FunctionModel {
  const model = plane.functions.find(({ arn }) => arn === plane.eventSourceMappings[0]?.functionArn);
  if (model === undefined) throw new Error("no function belongs to the event source mapping");
  return model;
}

/** A line that meets the contract. */
export function line(number: number, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    Invoice: String(500_000 + number),
    StockCode: "85123A",
    Description: "WHITE HANGING HEART T-LIGHT HOLDER",
    Quantity: 6,
    InvoiceDate: "2010-01-04 10:00:00",
    Price: 2.95,
    Customer_ID: "13085",
    Country: "France",
    ...more,
  });
}
