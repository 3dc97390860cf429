import type { IEventStream } from "../ingest/event-stream";
import type { AlarmSpec } from "./alarm";
import { type Metric } from "./metric";
import type { MonitoredFunction } from "./monitored";
/**
 * Alarms that every function has.
 * @param called its name in the alarms, such as `upsert-to-es`
 * @param periods number of periods that must breach: a function that is retried may fail now and then
 * @param periodSeconds length of a period; not shorter than the time from one invocation to the next. @default five
 * minutes
 */
export declare function functionAlarms(called: string, monitored: MonitoredFunction, periods: Pick<AlarmSpec, "datapointsToAlarm" | "evaluationPeriods">, periodSeconds?: number): AlarmSpec[];
/** Alarms of ValidateRecords alone. */
export declare function validateAlarms(monitored: MonitoredFunction): AlarmSpec[];
/** Alarms of UpsertToES alone. @param failedRecords objects with batches that the mapping discarded */
export declare function upsertAlarms(monitored: MonitoredFunction, source: IEventStream, failedRecords: Metric): AlarmSpec[];
