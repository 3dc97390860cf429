import { randomBytes } from "node:crypto";
import type { DeliveryStreamModel } from "../../plan/data-plane";

/** Reason why records were not delivered; Firehose has more, the local run only this one. */
const ERROR_OUTPUT_TYPE = "processing-failed";

/** Returns the prefix of an object's key. @param oldestMs arrival of the oldest record in the object */
export type Prefix = (oldestMs: number) => string;

/** Firehose appends this to a prefix without its own timestamp. */
const DEFAULT_TIME = "!{timestamp:yyyy/MM/dd/HH/}";

const EXPRESSION = /!\{([^:{}]*):([^{}]*)\}/g;
/** Runs of one letter, quoted text, or anything else, as Java's DateTimeFormatter splits a pattern. */
const PATTERN_PART = /'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+/g;
const RANDOM_LENGTH = 11;

/** The supported letters of Java's DateTimeFormatter, all UTC. */
const FIELDS: Readonly<Record<string, (iso: string) => string>> = {
  yyyy: (iso) => iso.slice(0, 4),
  MM: (iso) => iso.slice(5, 7),
  dd: (iso) => iso.slice(8, 10),
  HH: (iso) => iso.slice(11, 13),
  mm: (iso) => iso.slice(14, 16),
  ss: (iso) => iso.slice(17, 19),
};

/**
 * The prefixes of a delivery stream's objects.
 * @throws Error naming the property and the expression that Firehose would refuse, or that is not supported here.
 */
export function compilePrefixes({ address, prefix, errorPrefix }: DeliveryStreamModel): {
  readonly data: Prefix;
  readonly error: Prefix;
} {
  const place = (property: string): string => `${address}: extended_s3_configuration.${property}`;
  if (prefix.includes("!{firehose:error-output-type}")) {
    throw new Error(`${place("prefix")} is "${prefix}": error-output-type belongs in error_output_prefix`);
  }
  if (!errorPrefix.includes("!{firehose:error-output-type}")) {
    throw new Error(
      `${place("error_output_prefix")} is "${errorPrefix}": it must hold !{firehose:error-output-type}`,
    );
  }
  const timed = prefix.includes("!{timestamp:") ? prefix : prefix + DEFAULT_TIME;
  return {
    data: compile(timed, place("prefix")),
    error: compile(errorPrefix, place("error_output_prefix")),
  };
}

/** `yyyy-MM-dd-HH-mm-ss`, as in the names of objects. */
export const fileTime = compile("!{timestamp:yyyy-MM-dd-HH-mm-ss}", "the name of an object");

function compile(template: string, place: string): Prefix {
  const parts: Prefix[] = [];
  let end = 0;
  const literal = (text: string): void => {
    if (text.includes("!{"))
      throw new Error(`${place} is "${template}": "${text}" holds an unfinished expression`);
    parts.push(() => text);
  };
  for (const match of template.matchAll(EXPRESSION)) {
    const [expression, namespace = "", value = ""] = match;
    literal(template.slice(end, match.index));
    parts.push(compileExpression(namespace, value, `${place} is "${template}": ${expression}`));
    end = match.index + expression.length;
  }
  literal(template.slice(end));
  return (oldestMs) => parts.map((part) => part(oldestMs)).join("");
}

function compileExpression(namespace: string, value: string, place: string): Prefix {
  if (namespace === "timestamp") return compileTimestamp(value, place);
  if (namespace === "firehose" && value === "error-output-type") return () => ERROR_OUTPUT_TYPE;
  if (namespace === "firehose" && value === "random-string") {
    return () => randomBytes(RANDOM_LENGTH).toString("base64url").slice(0, RANDOM_LENGTH);
  }
  throw new Error(
    `${place} is not supported here; supported: timestamp, firehose:error-output-type and firehose:random-string`,
  );
}

function compileTimestamp(pattern: string, place: string): Prefix {
  const parts = Array.from(pattern.matchAll(PATTERN_PART), ([part, quoted, letter]) => {
    if (quoted !== undefined) return () => (quoted === "" ? "'" : quoted.replaceAll("''", "'"));
    if (letter === undefined) return () => part;
    const field = FIELDS[part];
    if (field === undefined) {
      throw new Error(
        `${place}: "${part}" is not supported here; supported: ${Object.keys(FIELDS).join(" ")}`,
      );
    }
    return field;
  });
  return (oldestMs) => {
    const iso = new Date(oldestMs).toISOString();
    return parts.map((part) => part(iso)).join("");
  };
}
