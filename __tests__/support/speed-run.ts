import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { METRICS } from "../../lambdas/upsert-to-es/metrics";
import type { DataPlane, EventSourceMappingModel, FunctionModel } from "../../local/data-plane";
import type { MappingProgress } from "../../local/event-source-mapping";
import { type LocalRun, runDataPlane } from "../../local/local-run";
import { acknowledged, type SendOptions, send } from "../../local/send";
import { settle } from "../../local/settle";
import { readDataPlane } from "../../local/terraform/read-data-plane";
import type { Reconciliation } from "../../reconcile/reconcile";
import { FaultySearch } from "./faulty-search";

/** Merges every second, and objects as soon as there is anything to put into one. */
const TIME_SCALE = 300;

/** A run of both layers, with a search engine that can be broken. */
export class SpeedRun {
  private files = 0;
  /** A test that took too long leaves nothing behind that goes on waiting. */
  private readonly stop = new AbortController();

  private constructor(
    readonly folder: string,
    readonly search: FaultySearch,
    readonly run: LocalRun,
  ) {}

  /**
   * @param stackDir of a synthesized stack
   * @param change what the run's data plane differs in from the Terraform's
   */
  static async start(
    stackDir: string,
    change: (plane: DataPlane) => DataPlane = (plane) => plane,
  ): Promise<SpeedRun> {
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-faults-"));
    const search = await FaultySearch.start(join(folder, "search"));
    const run = await runDataPlane(
      change(readDataPlane(stackDir, { searchEndpoint: search.url })),
      search.url,
      {
        dataDir: folder,
        timeScale: TIME_SCALE,
        firstPort: 0,
        say: () => undefined,
      },
    );
    return new SpeedRun(folder, search, run);
  }

  /** Sends synthetic lines. @param options over one line in a record, as fast as it goes */
  async send(maxCount: number, options: Partial<SendOptions> = {}): Promise<void> {
    const { signal } = this.stop;
    const account = await send(this.run, { maxCount, pack: 1, seed: this.files++, signal, ...options });
    expect(account).toMatchObject({ acknowledged: maxCount, givenUp: 0 });
  }

  /** Sends these lines, as they are. */
  async sendLines(lines: readonly string[]): Promise<void> {
    await this.send(lines.length, { inputFile: this.file(lines) });
  }

  /** A file of lines. */
  file(lines: readonly string[]): string {
    const path = join(this.folder, `lines-${this.files++}.jsonl`);
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
    return path;
  }

  /** The comparison once all layers agree, or nothing moves any more. */
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

  /** Sum of what UpsertToES reported so far under a name. */
  metric(metric: keyof typeof METRICS): number {
    const { name } = upsertToEs(this.run.plane);
    const totals = this.run.functions.metrics();
    return totals.find((total) => total.functionName === name && total.name === METRICS[metric])?.sum ?? 0;
  }

  /** The processes of UpsertToES that live. */
  processIds(): number[] {
    const { name } = upsertToEs(this.run.plane);
    const stats = this.run.functions.stats().find(({ functionName }) => functionName === name);
    return stats?.processes.map(({ pid }) => pid) ?? [];
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.run.close();
    await this.search.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The function that the event source mapping invokes. */
export function upsertToEs(plane: DataPlane): FunctionModel {
  const model = plane.functions.find(({ arn }) => arn === plane.eventSourceMappings[0]?.functionArn);
  if (model === undefined) throw new Error("no function belongs to the event source mapping");
  return model;
}

/** The plane with another code of UpsertToES. */
export function withCode(plane: DataPlane, archivePath: string): DataPlane {
  const { arn } = upsertToEs(plane);
  return {
    ...plane,
    functions: plane.functions.map((model) => (model.arn === arn ? { ...model, archivePath } : model)),
  };
}

/** The plane with other settings of its event source mappings. */
export function withMapping(plane: DataPlane, change: Partial<EventSourceMappingModel>): DataPlane {
  return {
    ...plane,
    eventSourceMappings: plane.eventSourceMappings.map((model) => ({ ...model, ...change })),
  };
}
