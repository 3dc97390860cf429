/** The parts of kinesalite 3.3 that the local run uses; the package has no types. */
declare module "kinesalite" {
  import type { Server } from "node:http";

  interface KinesaliteOptions {
    /** Folder of the database; without it, the database is in memory. */
    readonly path?: string;
    /** Duration of a stream's status `CREATING`. @default 500 */
    readonly createStreamMs?: number;
    /** Duration of a stream's status `UPDATING` when it is resharded. @default 500 */
    readonly updateStreamMs?: number;
    /** Maximum number of shards of all streams together. @default 10 */
    readonly shardLimit?: number;
  }

  /** A server that does not listen yet; its `close` closes the database first. */
  export default function kinesalite(options?: KinesaliteOptions): Server;
}

declare module "kinesalite/db" {
  /** A parsed sequence number. */
  interface Sequence {
    readonly shardCreateTime: number;
    readonly seqIx: string;
    readonly seqTime: number;
    readonly shardIx: number;
  }

  const db: {
    /** The next sequence number; with a time, the one that the next record would get at that time. */
    incrementSequence(sequence: Sequence | string, seqTime?: number | null): string;
    stringifySequence(sequence: Sequence): string;
    parseSequence(sequenceNumber: string): Sequence;
  };
  export default db;
}
