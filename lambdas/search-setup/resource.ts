import type { Json, JsonObject } from "../../lib/json";

/** Something that the set-up keeps in the domain: read, compared, and written only when it differs. */
export interface Resource {
  /** Description for the log, such as `index template retail`. */
  readonly what: string;
  /** Where it is read (GET). */
  readonly path: string;
  /** Where it is written (PUT). @default where it is read */
  readonly writePath?: string;
  /** Parameters of the write, in view of what is there. @default none */
  readonly writeQuery?: (existing: JsonObject | undefined) => Readonly<Record<string, string>>;
  /** The resource in the body of a successful GET. */
  readonly find: (body: JsonObject) => Json | undefined;
  /** What should be there, in view of what is. */
  readonly wanted: (existing: JsonObject | undefined) => JsonObject;
  /** The part of a resource that counts; what the engine adds by itself is left out. */
  readonly significant: (resource: JsonObject) => Json;
}
