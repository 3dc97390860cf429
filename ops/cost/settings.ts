/** What the model has to know of a system, however it is described. A part that is absent is not there, or not ours. */
export interface CostSettings {
  /** What the operator calls it. */
  readonly name: string;
  readonly region: string;
  /** Absent: the stream has another owner, who pays for it. */
  readonly stream?: {
    readonly mode: "ON_DEMAND" | "PROVISIONED";
    /** Of a provisioned stream. */
    readonly shardCount: number;
    readonly retentionHours: number;
    /** Largest record, KiB. */
    readonly maxRecordKiB: number;
    /** Whether it is encrypted by a key of KMS. */
    readonly encrypted: boolean;
  };
  readonly delivery?: {
    /** Before compression. */
    readonly bufferMiB: number;
    readonly bufferSeconds: number;
    readonly gzip: boolean;
  };
  /** The transformation of the delivery stream. */
  readonly validate?: FunctionSettings & { readonly bufferMiB: number; readonly bufferSeconds: number };
  readonly merge?: FunctionSettings & {
    readonly everyMinutes: number;
    /** Hours that a run looks back. */
    readonly lookBackHours: number;
    /** Most bytes that a query may scan; absent: no limit. */
    readonly scanLimitBytes?: number;
    /**
     * `swap`: MergeSmallFiles of this project, which merges the current hour again at each run. `once`: a CTAS an
     * hour, as the lab has it.
     */
    readonly strategy: "swap" | "once";
  };
  readonly upsert?: FunctionSettings & {
    readonly batchSize: number;
    readonly windowSeconds: number;
    readonly parallelizationFactor: number;
    /** CPU time for a line, microseconds. */
    readonly cpuMicrosPerLine: number;
  };
  readonly lake?: {
    /** Days that raw objects are kept; absent: for ever. */
    readonly rawDays?: number;
    /** Days that replaced and expired objects are kept. */
    readonly noncurrentDays: number;
    /** Whether object events go to EventBridge. */
    readonly objectEvents: boolean;
    /** Days that access logs are kept; absent: there are none. */
    readonly accessLogDays?: number;
    readonly encrypted: boolean;
  };
  readonly search?: {
    readonly dataNodes: Nodes;
    readonly masterNodes?: Nodes;
    /** Of each data node. */
    readonly volumeGiB: number;
    readonly volumeType: string;
    /** Copies of each shard, the primary included. */
    readonly copies: number;
    /** Primary shards of each monthly index. */
    readonly primaryShards: number;
    /** Absent: no index is ever deleted. */
    readonly retentionDays?: number;
  };
  readonly network: {
    readonly natGateways: number;
    /** Public IPv4 addresses: of NAT gateways and instances. */
    readonly addresses: number;
    /** Zones of all interface endpoints, added up. */
    readonly endpointZones: number;
    readonly flowLogs: boolean;
  };
  readonly instances: readonly {
    readonly type: string;
    readonly volumeGiB: number;
    readonly volumeType: string;
  }[];
  /** Days that logs are kept, the longest; 0: none are kept. */
  readonly logDays: number;
  readonly alarmMetrics: number;
  readonly customMetrics: {
    /** Reported by each run of the merge. */
    readonly always: number;
    /** Reported only when there is data. */
    readonly withData: number;
  };
  readonly dashboards: number;
  readonly keys: { readonly count: number; readonly rotated: number };
  readonly secrets: number;
  /** Limit of the smallest budget, US dollars a month. */
  readonly budgetUsd?: number;
  /** Resources that the model leaves out: their address or type, and why. */
  readonly notPriced: readonly { readonly what: string; readonly why: string }[];
}

export interface FunctionSettings {
  readonly memoryMiB: number;
  readonly architecture: "arm64" | "x86_64";
}

export interface Nodes {
  readonly type: string;
  readonly count: number;
}
