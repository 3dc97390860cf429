import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalRun, runDataPlane } from "../../local/local-run";
import type { DataPlane, EventSourceMappingModel } from "../../local/plan/data-plane";
import { readDataPlane } from "../../local/plan/read-data-plane";
import type { Numbering } from "../../local/plan/user-record-numbers";
import { FaultySearch } from "./faulty-search";
import { ObservedRun, upsertToEs } from "./observed-run";

/** Merges run every second, and objects are written without delay. */
const TIME_SCALE = 300;

/** A run of both layers, with a search engine that can be broken. */
export class SpeedRun extends ObservedRun {
  private constructor(
    folder: string,
    readonly search: FaultySearch,
    run: LocalRun,
  ) {
    super(folder, run);
  }

  /**
   * @param stackDir of a synthesized stack
   * @param change differences of the run's data plane from the Terraform's
   * @param numbering of user records in aggregated records
   */
  static async start(
    stackDir: string,
    change: (plane: DataPlane) => DataPlane = (plane) => plane,
    numbering: Numbering = "ordered",
  ): Promise<SpeedRun> {
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-faults-"));
    const search = await FaultySearch.start(join(folder, "search"));
    const run = await runDataPlane(
      change(readDataPlane(stackDir, { searchEndpoint: search.url })),
      search.url,
      {
        dataDir: folder,
        timeScale: TIME_SCALE,
        numbering,
        firstPort: 0,
        say: () => undefined,
      },
    );
    return new SpeedRun(folder, search, run);
  }

  override async close(): Promise<void> {
    await super.close();
    await this.search.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The data plane with other code for UpsertToES. */
export function withCode(plane: DataPlane, archivePath: string): DataPlane {
  const { arn } = upsertToEs(plane);
  return {
    ...plane,
    functions: plane.functions.map((model) => (model.arn === arn ? { ...model, archivePath } : model)),
  };
}

/** The data plane with other settings of its event source mappings. */
export function withMapping(plane: DataPlane, change: Partial<EventSourceMappingModel>): DataPlane {
  return {
    ...plane,
    eventSourceMappings: plane.eventSourceMappings.map((model) => ({ ...model, ...change })),
  };
}
