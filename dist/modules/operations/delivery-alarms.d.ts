import type { DeliveryStream } from "../batch/delivery-stream";
import type { IEventStream } from "../ingest/event-stream";
import type { AlarmSpec } from "./alarm";
import { type Metric } from "./metric";
/** Alarms of the path from the stream to the lake. @param failedRecords objects that Firehose put under the error prefix */
export declare function deliveryAlarms(delivery: DeliveryStream, source: IEventStream, failedRecords: Metric): AlarmSpec[];
