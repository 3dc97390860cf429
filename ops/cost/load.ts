import { counted } from "../../lib/counted";
import { UsageError } from "../../lib/exit";

/** What a system has to carry. */
export interface Load {
  /** Lines a second, on average; 0: the system is idle. */
  readonly eventsPerSecond: number;
  /** Bytes of a line, its newline included. */
  readonly bytes: number;
  /** Lines in a stream record. */
  readonly pack: number;
  /** Months that lake and index have been filling. */
  readonly months: number;
}

/** @throws UsageError when a record of the load is larger than the stream takes */
export function checkRecord({ bytes, pack }: Load, maxRecordKiB: number): void {
  if (bytes * pack > maxRecordKiB * 1024) {
    throw new UsageError(
      `a record of ${counted(pack, "line")} of ${counted(bytes, "byte")} has ${counted(bytes * pack, "byte")}, and the stream takes ${maxRecordKiB} KiB: lower --pack`,
    );
  }
}
