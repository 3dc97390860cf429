import type { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import type { DeliveryStream } from "../batch/delivery-stream";
import type { EventStream } from "../ingest/event-stream";
import type { SearchDomain } from "../speed/search-domain";

/** A function that is watched. */
export interface WatchedFunction {
  readonly resource: LambdaFunction;
  readonly timeoutSeconds: number;
}

/** What is watched always. */
export interface WatchedBatchLayer {
  readonly stream: EventStream;
  /** Hours that the stream keeps a record. */
  readonly streamRetentionHours: number;
  readonly delivery: DeliveryStream;
  readonly validateRecords: WatchedFunction;
  readonly mergeSmallFiles: WatchedFunction;
}

/** What is watched where there is a speed layer. */
export interface WatchedSpeedLayer {
  readonly upsertToEs: WatchedFunction;
  readonly searchSetup: WatchedFunction;
  readonly domain: SearchDomain;
}
