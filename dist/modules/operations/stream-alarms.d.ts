import type { IEventStream } from "../ingest/event-stream";
import type { AlarmSpec } from "./alarm";
/** Alarms of the stream: producers, consumers, and a consumer so late that records are about to expire. */
export declare function streamAlarms(stream: IEventStream): AlarmSpec[];
