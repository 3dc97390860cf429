import type { Json, JsonObject } from "../../lib/json";

/** Something that the set-up keeps in the domain: read, compared, and written only when it differs. */
export interface Resource {
  /** Description for the log, such as `index template retail`. */
  readonly what: string;
  /** Path of the read (GET). */
  readonly path: string;
  /** Path of the write (PUT). @default `path` */
  readonly writePath?: string;
  /** Query parameters of the write, given the existing resource. @default none */
  readonly writeQuery?: (existing: JsonObject | undefined) => Readonly<Record<string, string>>;
  /** The resource in the body of a successful GET. */
  readonly find: (body: JsonObject) => Json | undefined;
  /** The wanted resource, given the existing one. */
  readonly wanted: (existing: JsonObject | undefined) => JsonObject;
  /** The part of a resource that is compared, without the engine's own additions. */
  readonly significant: (resource: JsonObject) => Json;
}
