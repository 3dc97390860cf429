import { isStored } from "../../contract/lines";
import { generate } from "../../loadgen/generate";
import { judgeRecord, storedJson } from "./retail";

/** A line as stored in the raw zone. */
export interface RawLine {
  readonly identity: string;
  readonly json: string;
}

const SHARDS = 4;

/** Creates lines as ValidateRecords outputs them: rows of the load generator, with a place in a stream. */
export class RawLines {
  #made = 0;
  #arrivedAtMs = 0;
  readonly #rows = generate(7, () => this.#arrivedAtMs);

  /** A line that arrived in the stream at that time, milliseconds since 1970. */
  next(arrivedAtMs: number): RawLine {
    this.#arrivedAtMs = arrivedAtMs;
    const number = this.#made++;
    const [line] = judgeRecord({
      shardId: `shardId-${String(number % SHARDS).padStart(12, "0")}`,
      sequenceNumber: `49${String(number).padStart(54, "0")}`,
      arrivedAtMs,
      data: Buffer.from(JSON.stringify(this.#rows.next().value)),
    });
    if (line === undefined || !isStored(line)) throw new Error(`the generator made ${JSON.stringify(line)}`);
    return { identity: line.recordId, json: storedJson(line) };
  }

  /** Several lines, spread over the time from `fromMs` to before `toMs`. */
  spread(count: number, fromMs: number, toMs: number): RawLine[] {
    return Array.from({ length: count }, (_, at) =>
      this.next(Math.floor(fromMs + (at * (toMs - fromMs)) / count)),
    );
  }
}
