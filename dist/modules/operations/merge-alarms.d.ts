import type { AlarmSpec } from "./alarm";
import type { MonitoredFunction } from "./monitored";
/**
 * Alarms of MergeSmallFiles alone.
 * @param everyMinutes from one of its runs to the next
 */
export declare function mergeAlarms(monitored: MonitoredFunction, everyMinutes: number): AlarmSpec[];
