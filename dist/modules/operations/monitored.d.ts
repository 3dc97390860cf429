import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import type { DeliveryStream } from "../batch/delivery-stream";
import type { IEventStream } from "../ingest/event-stream";
import type { SearchDomain } from "../speed/search-domain";
/** A function that is monitored. */
export interface MonitoredFunction {
    readonly resource: LambdaFunction;
    readonly timeoutSeconds: number;
}
/** The parts of the batch layer that alarms and graphs are about. */
export interface MonitoredBatchLayer {
    readonly stream: IEventStream;
    readonly delivery: DeliveryStream;
    readonly validateRecords: MonitoredFunction;
    readonly mergeSmallFiles: MonitoredFunction;
    /** Minutes from one of its runs to the next. */
    readonly mergeEveryMinutes: number;
}
/** The parts of the speed layer that alarms and graphs are about. */
export interface MonitoredSpeedLayer {
    readonly stream: IEventStream;
    readonly upsertToEs: MonitoredFunction;
    readonly searchSetup: MonitoredFunction;
    readonly domain: SearchDomain;
}
