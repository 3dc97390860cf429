import type { IEventStream } from "../ingest/event-stream";
import type { Graph } from "./dashboard";
import type { MonitoredBatchLayer, MonitoredSpeedLayer } from "./monitored";
/** Graphs of the stream. */
export declare function streamGraphs(stream: IEventStream): Graph[];
/** Graphs of the data's path into the lake. */
export declare function batchGraphs({ delivery, validateRecords, mergeSmallFiles }: MonitoredBatchLayer): Graph[];
/** Graphs of the data's path into the index. */
export declare function speedGraphs({ upsertToEs, domain }: MonitoredSpeedLayer, accountId: string): Graph[];
