import type { BulkAction } from "../../local/services/opensearch/bulk";
import type { EngineError } from "../../local/services/opensearch/errors";
import type { Fault, Interceptor, SearchDouble } from "../../local/services/opensearch/service";
import { startSearchDouble } from "./search-double";

/** Faults of the engine. */
export interface Faults {
  /** Called for each bulk request; a returned fault replaces the response. @param number from 1, since the fault began */
  readonly onBulk?: (number: number) => Promise<Fault | undefined> | Fault | undefined;
  /** Called for each other request; a returned fault replaces the response. */
  readonly onOther?: () => Fault | undefined;
  /** Called for each document of a bulk request; a returned error becomes that item's error. */
  readonly onItem?: (action: BulkAction) => EngineError | undefined;
}

/** A search engine that a test breaks and repairs; it keeps its address and its data. */
export class FaultySearch {
  /** Its URL. */
  url = "";
  private double: SearchDouble | undefined;
  private faults: Faults = {};
  private bulks = 0;
  private readonly interceptor: Interceptor = {
    onRequest: ({ path }) =>
      path === "/_bulk" ? this.faults.onBulk?.(++this.bulks) : this.faults.onOther?.(),
    onItem: (action) => this.faults.onItem?.(action),
  };

  private constructor(private readonly dataDir: string) {}

  static async start(dataDir: string): Promise<FaultySearch> {
    const search = new FaultySearch(dataDir);
    await search.open(0);
    return search;
  }

  /** Injects faults while `body` runs. */
  async during<T>(faults: Faults, body: () => Promise<T>): Promise<T> {
    this.bulks = 0;
    this.faults = faults;
    try {
      return await body();
    } finally {
      this.faults = {};
    }
  }

  /** Stops the engine while `body` runs. */
  async down<T>(body: () => Promise<T>): Promise<T> {
    await this.close();
    try {
      return await body();
    } finally {
      await this.open(Number(new URL(this.url).port));
    }
  }

  async close(): Promise<void> {
    await this.double?.close();
    this.double = undefined;
  }

  private async open(port: number): Promise<void> {
    const { dataDir, interceptor } = this;
    this.double = await startSearchDouble({ dataDir, port, interceptor });
    this.url = this.double.url;
  }
}
