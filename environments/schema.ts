import { z } from "zod";

/** Settings as written in a file, or complete: read-only, with absent values left out. */
export type Settings<T> = T extends (...args: never[]) => unknown
  ? T
  : T extends object
    ? { readonly [K in keyof T]: Settings<Exclude<T[K], undefined>> }
    : T;

/** A value as a message shows it. */
function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
}

/** The error of a setting: its value, and the sentence `what`, which says what is allowed. */
export function allowed(what: string): { readonly error: (issue: { input?: unknown }) => string } {
  return { error: ({ input }) => `is ${shown(input)}; ${what}` };
}

/** A whole number in this range, both ends included. */
export function wholeNumber(min: number, max: number): z.ZodNumber {
  const error = allowed(`a whole number from ${min} to ${max} is allowed`);
  const fits = (value: number) => Number.isInteger(value) && value >= min && value <= max;
  return z.number(error).refine(fits, error);
}

/** A text of this format. */
export function text(format: RegExp, what: string): z.ZodString {
  return z.string(allowed(what)).refine((value) => format.test(value), allowed(what));
}

/** One of these words. */
export function oneOf<const T extends readonly [string, ...string[]]>(...words: T) {
  return z.enum(words, allowed(`${words.join(" or ")} is allowed`));
}

/** Reports a fault of several settings together on the one that `path` names. */
type AddFault = (path: readonly PropertyKey[], message: string) => void;

/** A rule about several settings, as a check of the schema that has them all. */
export function rule<T>(
  check: (settings: T, add: AddFault) => void,
): (payload: z.core.ParsePayload<T>) => void {
  return ({ value, issues }) =>
    check(value, (path, message) =>
      issues.push({ code: "custom", path: [...path], message, input: value, continue: true }),
    );
}

/** A fault with the path of its setting: `network.zones is ["a"]; …`, `lake has no setting "retentiondays"; …`. */
function inWords({ path, message }: z.core.$ZodIssue): string {
  const place = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return `${place.replace(/^\./, "") || "the environment"} ${message}`;
}

const KINDS: Readonly<Record<string, string>> = {
  array: "a list is allowed",
  boolean: "true or false is allowed",
  object: "a group of settings is allowed",
  string: "a text is allowed",
};

/** The settings, complete, or every fault in them. */
export function parse<T extends z.ZodType>(
  schema: T,
  settings: unknown,
): { readonly value: z.output<T> } | { readonly faults: readonly string[] } {
  const { success, data, error } = schema.safeParse(settings, {
    error: (issue) => {
      if (issue.code === "unrecognized_keys") {
        return `has no setting ${issue.keys.map((key) => `"${key}"`).join(", ")}`;
      }
      // An unknown value of a union's discriminator; the input is the group that has it.
      if (issue.code === "invalid_union" && issue.discriminator && Array.isArray(issue.options)) {
        const { [issue.discriminator]: word } = issue.input as Readonly<Record<string, unknown>>;
        return `is ${shown(word)}; ${issue.options.join(" or ")} is allowed`;
      }
      const kind = issue.code === "invalid_type" && KINDS[issue.expected];
      return kind ? `is ${shown(issue.input)}; ${kind}` : undefined;
    },
  });
  return success ? { value: data } : { faults: error.issues.map(inWords) };
}
