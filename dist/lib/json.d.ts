/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** A JSON object. */
export interface JsonObject {
    readonly [key: string]: Json;
}
/** Whether a value is an object, and not a list or null. */
export declare function isJsonObject(value: unknown): value is JsonObject;
/** A member of an object; undefined also for null, which means the same in a Terraform document. */
export declare function member(object: JsonObject, key: string): Json | undefined;
/** A member that is an object, or else an empty object. */
export declare function objectOf(object: JsonObject, key: string): JsonObject;
/** A value inside a document that has no members of its own. */
export interface Leaf {
    /** Such as `storage_descriptor.columns[2].name`. */
    readonly path: string;
    /** The same path as a list of keys and indices. */
    readonly steps: readonly (string | number)[];
    readonly value: Json;
}
/**
 * Every leaf below `value`, empty lists and objects included. Null counts as absent, and `//` is a comment
 * in Terraform's JSON.
 */
export declare function leaves(value: Json, steps?: readonly (string | number)[]): Generator<Leaf>;
