import { readFileSync } from "node:fs";
import type { Context } from "aws-lambda";
import type { Rounds } from "../rounds";

/** A function's handler by its bundle, and files of the events that it is called with in turn. */
export interface FunctionSettings {
  /** The bundle's JavaScript. */
  readonly code: string;
  readonly events: readonly string[];
  /** Lines in each event. */
  readonly lines: readonly number[];
}

/**
 * Calls a function's handler as Lambda does. Reading the event's JSON, which is the runtime's work, is not part of a round; it
 * is done for each, because a text that was used before is cheaper to use again.
 */
export async function functionRounds({ code, events, lines }: FunctionSettings): Promise<Rounds> {
  const { handler } = require(code) as { handler: (event: unknown, context: Context) => Promise<unknown> };
  const context = {
    functionName: "benchmark",
    getRemainingTimeInMillis: () => 300_000,
  } as Partial<Context> as Context;
  const texts = events.map((file) => readFileSync(file, "utf8"));
  let event: unknown;
  return {
    parts: texts.length,
    prepare: (part) => {
      event = JSON.parse(texts[part] ?? "");
    },
    run: async (part) => {
      await handler(event, context);
      return lines[part] ?? 0;
    },
  };
}
