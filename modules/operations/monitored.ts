import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import type { DeliveryStream } from "../batch/delivery-stream";
import type { IEventStream } from "../ingest/event-stream";
import type { SearchDomain } from "../speed/search-domain";

/** A function that is monitored. */
export interface MonitoredFunction {
  /** The function. */
  readonly resource: LambdaFunction;
  /** Its timeout in seconds. */
  readonly timeoutSeconds: number;
}

/** The parts of the batch layer that alarms and graphs are about. */
export interface MonitoredBatchLayer {
  /** Stream that the layer reads. */
  readonly stream: IEventStream;
  /** Its delivery stream. */
  readonly delivery: DeliveryStream;
  /** Function that judges the lines. */
  readonly validateRecords: MonitoredFunction;
  /** Function that merges objects. */
  readonly mergeSmallFiles: MonitoredFunction;
  /** Minutes from one of its runs to the next. */
  readonly mergeEveryMinutes: number;
}

/** The parts of the speed layer that alarms and graphs are about. */
export interface MonitoredSpeedLayer {
  /** Stream that the layer reads. */
  readonly stream: IEventStream;
  /** Function that indexes the lines. */
  readonly upsertToEs: MonitoredFunction;
  /** Function that sets the domain up. */
  readonly searchSetup: MonitoredFunction;
  /** Search domain. */
  readonly domain: SearchDomain;
}
