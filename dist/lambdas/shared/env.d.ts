/** Parses one environment variable: returns its value, or throws an error that says what is wrong. */
export type Parser<T> = (text: string) => T;
/** The variables of a function: each name with its parser. */
export type EnvironmentSpec = Readonly<Record<string, Parser<unknown>>>;
/** The variables that the construct must supply: exactly the names of the spec. */
export type EnvironmentOf<S extends EnvironmentSpec> = {
    readonly [K in keyof S]: string;
};
/** The parsed variables. */
export type Config<S extends EnvironmentSpec> = {
    readonly [K in keyof S]: ReturnType<S[K]>;
};
/** The environment of a function is incomplete or malformed; the message lists every fault. */
export declare class EnvironmentError extends Error {
    readonly name = "EnvironmentError";
}
/** Any text that is not empty. */
export declare const text: Parser<string>;
/** A folder of a bucket. */
export interface S3Location {
    readonly bucket: string;
    /** Ends in a slash. */
    readonly prefix: string;
}
/** `s3://bucket/prefix/`. */
export declare const s3Location: Parser<S3Location>;
/** A whole number within bounds. */
export declare function integer(min: number, max: number): Parser<number>;
/** Names separated by commas. */
export declare const list: Parser<readonly string[]>;
/**
 * Reads the variables of `spec`.
 * @throws EnvironmentError naming every variable that is missing or malformed, with its value.
 */
export declare function readEnvironment<const S extends EnvironmentSpec>(spec: S, environment: Readonly<Record<string, string | undefined>>): Config<S>;
