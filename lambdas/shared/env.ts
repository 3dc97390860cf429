/** Parses one environment variable: returns its value, or throws an error that says what is wrong. */
export type Parser<T> = (text: string) => T;

/** The variables of a function: each name with its parser. */
export type EnvironmentSpec = Readonly<Record<string, Parser<unknown>>>;

/** The variables that the construct must supply: exactly the names of the spec. */
export type EnvironmentOf<S extends EnvironmentSpec> = { readonly [K in keyof S]: string };

/** The parsed variables. */
export type Config<S extends EnvironmentSpec> = { readonly [K in keyof S]: ReturnType<S[K]> };

/** The environment of a function is incomplete or malformed; the message lists every fault. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
}

/** Any text that is not empty. */
export const text: Parser<string> = (value) => value;

/** A folder of a bucket. */
export interface S3Location {
  readonly bucket: string;
  /** Ends in a slash. */
  readonly prefix: string;
}

/** `s3://bucket/prefix/`. */
export const s3Location: Parser<S3Location> = (value) => {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.+\/)$/.exec(value) ?? [];
  if (bucket === undefined || prefix === undefined) throw new Error("must have the form s3://bucket/prefix/");
  return { bucket, prefix };
};

/** A whole number within bounds. */
export function integer(min: number, max: number): Parser<number> {
  return (value) => {
    const number = Number(value);
    if (!/^-?\d+$/.test(value) || number < min || number > max) {
      throw new Error(`must be a whole number from ${min} to ${max}`);
    }
    return number;
  };
}

/** Names separated by commas. */
export const list: Parser<readonly string[]> = (value) => {
  const names = value.split(",").map((name) => name.trim());
  if (names.includes("")) throw new Error("must be names separated by commas");
  return names;
};

/**
 * Reads the variables of `spec`.
 * @throws EnvironmentError naming every variable that is missing or malformed, with its value.
 */
export function readEnvironment<const S extends EnvironmentSpec>(
  spec: S,
  environment: Readonly<Record<string, string | undefined>>,
): Config<S> {
  const faults: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [name, parse] of Object.entries(spec)) {
    const value = environment[name];
    if (value === undefined || value === "") {
      faults.push(`${name} is not set`);
      continue;
    }
    try {
      config[name] = parse(value);
    } catch (error) {
      faults.push(`${name}="${value}" ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (faults.length > 0) throw new EnvironmentError(faults.join("; "));
  return config as Config<S>;
}
