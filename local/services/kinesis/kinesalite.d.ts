/** The parts of kinesalite 3.3 that the local run uses; the package has no types. */
declare module "kinesalite" {
  import type { Server } from "node:http";

  interface KinesaliteOptions {
    /** Folder of the database; in memory without it. */
    readonly path?: string;
    /** How long a stream is `CREATING`. @default 500 */
    readonly createStreamMs?: number;
    /** How long a stream is `UPDATING` when it is resharded. @default 500 */
    readonly updateStreamMs?: number;
    /** Shards of all streams together. @default 10 */
    readonly shardLimit?: number;
  }

  /** A server that does not listen yet; its `close` closes the database first. */
  export default function kinesalite(options?: KinesaliteOptions): Server;
}

declare module "kinesalite/db" {
  /** A sequence number taken apart. */
  interface Sequence {
    readonly shardCreateTime: number;
    readonly seqIx: string;
    readonly seqTime: number;
    readonly shardIx: number;
  }

  const db: {
    /** The sequence number just after one, or, given a time, the one that the next record would get then. */
    incrementSequence(sequence: Sequence | string, seqTime?: number | null): string;
    stringifySequence(sequence: Sequence): string;
    parseSequence(sequenceNumber: string): Sequence;
  };
  export default db;
}
