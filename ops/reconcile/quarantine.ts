import type { QuarantineEntry } from "../../contract/quarantine";
import { parseTimestamp } from "../../contract/timestamp";
import { ZONES } from "../../modules/batch/zones";
import type { QuarantinedLine } from "./compare";
import { objectsUnder } from "./objects";
import type { FailureBucket } from "./on-failure-records";
import { addQuarantined, type BatchSource, readQuarantine } from "./tables";
import { isInWindow, type Window } from "./window";

/** Where refused lines are. */
interface QuarantineSources {
  readonly batch?: BatchSource | undefined;
  readonly failures?: FailureBucket | undefined;
}

/**
 * The refused lines by identity: by the table over them, or else by their objects.
 * @throws what the engine and the client throw; SyntaxError naming the object with a line that is not JSON; Error when
 * there is neither a table nor a bucket
 */
export function quarantineOf(
  { batch, failures }: QuarantineSources,
  window?: Window,
): Promise<Map<string, QuarantinedLine>> {
  if (batch) return readQuarantine(batch.sql, batch.tables.quarantine, window);
  if (failures) return readObjects(failures, window);
  throw new Error("the quarantine cannot be read: there is neither a table over it nor a bucket with it");
}

async function readObjects(
  { s3, bucket }: FailureBucket,
  window: Window | undefined,
): Promise<Map<string, QuarantinedLine>> {
  const lines = new Map<string, QuarantinedLine>();
  for await (const { entries } of quarantineObjects({ s3, bucket })) {
    for (const entry of entries) {
      if (!window || isInWindow(window, parseTimestamp(entry.arrived_at))) addQuarantined(lines, entry);
    }
  }
  return lines;
}

/**
 * The objects of the quarantine with their entries.
 * @throws what the client throws; SyntaxError naming the object with a line that is not JSON
 */
export async function* quarantineObjects({ s3, bucket }: FailureBucket): AsyncGenerator<{
  readonly location: string;
  readonly entries: readonly QuarantineEntry[];
}> {
  for await (const { location, text } of objectsUnder(s3, bucket, ZONES.quarantine)) {
    yield { location, entries: entriesOf(text, location) };
  }
}

function entriesOf(text: string, location: string): QuarantineEntry[] {
  try {
    return text
      .split("\n")
      .filter((row) => row !== "")
      .map((row) => JSON.parse(row));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(`${location}: ${error.message}`);
  }
}
