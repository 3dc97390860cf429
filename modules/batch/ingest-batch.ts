import { Construct } from "constructs";
import { DEFAULTS } from "../defaults";
import type { IEventStream } from "../ingest/event-stream";
import type { MonitoredBatchLayer } from "../operations/monitored";
import type { IEncryptionKey } from "../security/encryption-key";
import {
  keyOf,
  type LakeSettings,
  lakeOf,
  type StreamSettings,
  type SystemProps,
  streamOf,
  systemOf,
} from "../system";
import { Catalog } from "./catalog";
import type { ILake } from "./data-lake";
import { DeliveryStream } from "./delivery-stream";
import { lookBackHours } from "./look-back";
import { MergeSmallFiles } from "./merge-small-files";
import { SavedQueries, type SavedQuery } from "./saved-queries";
import { ValidateRecords } from "./validate-records";
import { Workgroup } from "./workgroup";

/** The merge of raw objects into Parquet. */
export interface MergeSettings {
  /** Minutes from one merge to the next, 5 to 60. @default 13 */
  readonly everyMinutes?: number;
  /** Queries in flight at a time, 1 to 20. @default 4 */
  readonly queriesInFlight?: number;
  /** Scan limit of a merge's query, in GiB. @default 100 */
  readonly scanLimitGiB?: number;
}

export interface IngestBatchProps extends SystemProps {
  /** Encrypts everything here. @default a new one */
  readonly key?: IEncryptionKey;
  /** An existing stream, or settings of a new one. @default one on demand, for 24 hours */
  readonly stream?: IEventStream | StreamSettings;
  /** An existing lake, or settings of a new one. @default a bucket, with one for its access logs */
  readonly lake?: ILake | LakeSettings;
  /** Days that raw objects are kept; must exceed the hours that a merge looks back. @default 90 */
  readonly rawRetentionDays?: number;
  /** MiB before compression after which an object is written, 1 to 128; after a minute at the latest. @default 64 */
  readonly bufferMiB?: number;
  /** Whether raw objects are gzip. @default true */
  readonly gzip?: boolean;
  /** @default every 13 minutes */
  readonly merge?: MergeSettings;
  /** Queries for analysts beside those that follow from any contract. @default none */
  readonly savedQueries?: readonly SavedQuery[];
  /** Scan limit of an analyst's query, in GiB. @default 10 */
  readonly analystScanLimitGiB?: number;
}

/** The ingest and the batch layer: a stream, its delivery to a lake, the tables of the lake, and their merging. */
export class IngestBatch extends Construct {
  public readonly key: IEncryptionKey;
  public readonly stream: IEventStream;
  public readonly lake: ILake;
  public readonly validateRecords: ValidateRecords;
  public readonly deliveryStream: DeliveryStream;
  public readonly catalog: Catalog;
  /** The analysts' workgroup. */
  public readonly workgroup: Workgroup;
  public readonly mergeSmallFiles: MergeSmallFiles;

  /** @throws RangeError when `prefix` has another form, or none follows from the contract */
  public constructor(scope: Construct, id: string, props: IngestBatchProps) {
    super(scope, id);
    const system = systemOf(this, props);
    const { contract, names, location, protected: isProtected, logRetentionDays } = system;
    const { rawRetentionDays = DEFAULTS.rawRetentionDays, merge = {} } = props;
    const { accountId } = location;

    this.key = keyOf(this, system, props.key);
    this.stream = streamOf(this, system, this.key, props.stream);
    this.lake = lakeOf(this, system, this.key, props.lake, rawRetentionDays);
    const { key } = this;
    const functionDefaults = { location, key, logRetentionDays };
    this.validateRecords = new ValidateRecords(this, "ValidateRecords", {
      contract,
      ...functionDefaults,
      name: names.validateRecords,
      lake: this.lake,
    });
    this.deliveryStream = new DeliveryStream(this, "DeliveryStream", {
      contract,
      name: names.deliveryStream,
      roleName: names.deliveryRole,
      logGroupName: names.deliveryLogGroup,
      source: this.stream,
      lake: this.lake,
      transformation: this.validateRecords.function,
      key,
      accountId,
      logRetentionDays,
      bufferMiB: props.bufferMiB ?? DEFAULTS.bufferMiB,
      gzip: props.gzip ?? true,
      protected: isProtected,
    });
    this.catalog = new Catalog(this, "Catalog", {
      contract,
      databaseName: names.database,
      lake: this.lake,
      location,
      protected: isProtected,
    });
    this.workgroup = new Workgroup(this, "PeopleWorkgroup", {
      name: names.analystsWorkgroup,
      description: "For analysts: results encrypted in the lake, what a query scans is limited",
      resultsLocation: this.lake.location("results"),
      key: this.lake.key,
      enforced: true,
      scanLimitGiB: props.analystScanLimitGiB ?? DEFAULTS.analystScanLimitGiB,
      disposable: !isProtected,
    });
    new SavedQueries(this, "SavedQueries", {
      contract,
      catalog: this.catalog,
      workgroup: this.workgroup,
      ...(props.savedQueries && { queries: props.savedQueries }),
    });
    const mergeWorkgroup = new Workgroup(this, "MergeWorkgroup", {
      name: names.mergeWorkgroup,
      description: "For MergeSmallFiles, which sets the locations of its tables itself",
      resultsLocation: this.lake.location("scratch"),
      key: this.lake.key,
      enforced: false,
      scanLimitGiB: merge.scanLimitGiB ?? DEFAULTS.mergeScanLimitGiB,
      disposable: !isProtected,
    });
    this.mergeSmallFiles = new MergeSmallFiles(this, "MergeSmallFiles", {
      contract,
      ...functionDefaults,
      name: names.mergeSmallFiles,
      scheduleName: names.mergeSchedule,
      lake: this.lake,
      catalog: this.catalog,
      workgroup: mergeWorkgroup,
      lookBackHours: lookBackHours(this.stream.retentionHours),
      rawRetentionDays,
      everyMinutes: merge.everyMinutes ?? DEFAULTS.mergeEveryMinutes,
      queriesInFlight: merge.queriesInFlight ?? DEFAULTS.queriesInFlight,
    });
  }

  /** What {@link Operations} watches here. */
  public get monitored(): MonitoredBatchLayer {
    return {
      stream: this.stream,
      delivery: this.deliveryStream,
      validateRecords: this.validateRecords.function,
      mergeSmallFiles: this.mergeSmallFiles.function,
      mergeEveryMinutes: this.mergeSmallFiles.everyMinutes,
    };
  }
}
