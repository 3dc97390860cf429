/** kinesalite 3.3 has no types. */
declare module "kinesalite" {
  import type { Server } from "node:http";

  interface KinesaliteOptions {
    /** Folder of the database. */
    readonly path: string;
    /** Duration of a stream's status `CREATING`. */
    readonly createStreamMs: number;
  }

  /** A server that does not listen yet. */
  export default function kinesalite(options: KinesaliteOptions): Server;
}
