import type { Store, Table } from "../../store/store";
import type { ShardPosition } from "./shard-reader";

/** Stores the positions of one consumer, by shard. */
export class Positions {
  private readonly table: Table;

  /** @param consumer unique among the consumers of the run */
  constructor(
    private readonly store: Store,
    consumer: string,
  ) {
    this.table = store.table(`positions/${consumer}`);
  }

  /** The saved positions; undefined before the first save. */
  load(): Record<string, ShardPosition> | undefined {
    const positions = Array.from(this.table.entries(), ([shardId, value]): [string, ShardPosition] => [
      shardId,
      value.length === 0 ? null : value.toString(),
    ]);
    return positions.length === 0 ? undefined : Object.fromEntries(positions);
  }

  /** Saves all positions in one commit. @throws StoreFullError */
  save(positions: Readonly<Record<string, ShardPosition>>): void {
    this.store.commit(() => {
      for (const [shardId, position] of Object.entries(positions)) {
        this.table.set(shardId, Buffer.from(position ?? ""));
      }
    });
  }
}
