import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import { DEFAULTS } from "../defaults";
import { EventStream, type IEventStream, type StreamCapacity } from "../ingest/event-stream";
import { type Location, locationOf } from "../location";
import { type Names, namesOf } from "../naming";
import type { IEncryptionKey } from "../security/encryption-key";
import { Catalog } from "./catalog";
import { DataLake, type ILake } from "./data-lake";
import { DeliveryStream } from "./delivery-stream";
import { lookBackHours } from "./look-back";
import { MergeSmallFiles } from "./merge-small-files";
import { SavedQueries } from "./saved-queries";
import { ValidateRecords } from "./validate-records";
import { Workgroup } from "./workgroup";

/** Settings of a new stream. */
export interface StreamSettings {
  /** @default on demand */
  readonly capacity?: StreamCapacity;
  /** Hours that a record can be read again, 24 to 8760. @default 24 */
  readonly retentionHours?: number;
}

/** Settings of a new lake. */
export interface LakeSettings {
  /** Days that overwritten and deleted objects can be restored, 1 or more. @default 30 */
  readonly noncurrentVersionDays?: number;
}

/** The merge of raw objects into Parquet. */
export interface MergeSettings {
  /** Minutes from one merge to the next, 5 to 60. @default 13 */
  readonly everyMinutes?: number;
  /** Queries in flight at a time, 1 to 20. @default 4 */
  readonly queriesInFlight?: number;
  /** Scan limit of a merge's query, in GiB. @default 100 */
  readonly scanLimitGiB?: number;
}

export interface IngestBatchProps {
  /** What a record is. */
  readonly contract: Contract;
  /** First part of every physical name, 2 to 20 lower-case letters and digits, a letter first. */
  readonly prefix: string;
  /** Encrypts everything here. */
  readonly key: IEncryptionKey;
  /** Custom physical names. @default they begin with `prefix` */
  readonly names?: Partial<Names>;
  /** @default where the provider is, by data sources */
  readonly location?: Location;
  /** Whether resources that hold data refuse to be destroyed; otherwise destroy removes the data, too. @default true */
  readonly protected?: boolean;
  /** Days that logs are kept, one of CloudWatch Logs' retention times. @default 30 */
  readonly logRetentionDays?: number;
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
  /** Scan limit of an analyst's query, in GiB. @default 10 */
  readonly analystScanLimitGiB?: number;
}

/** The ingest and the batch layer: a stream, its delivery to a lake, the tables of the lake, and their merging. */
export class IngestBatch extends Construct {
  public readonly stream: IEventStream;
  public readonly lake: ILake;
  public readonly validateRecords: ValidateRecords;
  public readonly deliveryStream: DeliveryStream;
  public readonly catalog: Catalog;
  /** The analysts' workgroup. */
  public readonly workgroup: Workgroup;
  public readonly mergeSmallFiles: MergeSmallFiles;

  public constructor(scope: Construct, id: string, props: IngestBatchProps) {
    super(scope, id);
    const {
      contract,
      prefix,
      key,
      protected: isProtected = true,
      logRetentionDays = DEFAULTS.logRetentionDays,
      rawRetentionDays = DEFAULTS.rawRetentionDays,
      stream = {},
      lake = {},
      merge = {},
    } = props;
    const location = props.location ?? locationOf(this);
    const { accountId } = location;
    const names = { ...namesOf({ name: prefix, physicalNames: "prefixed", location }), ...props.names };
    const functionDefaults = { location, key, logRetentionDays };

    this.stream =
      "grantRead" in stream
        ? stream
        : new EventStream(this, "EventStream", {
            name: names.stream,
            capacity: stream.capacity ?? { mode: "on-demand" },
            retentionHours: stream.retentionHours ?? DEFAULTS.streamRetentionHours,
            key,
            protected: isProtected,
          });
    this.lake =
      "grant" in lake
        ? lake
        : new DataLake(this, "DataLake", {
            contract,
            bucketName: names.lakeBucket,
            accessLogBucketName: names.accessLogBucket,
            key,
            accountId,
            rawRetentionDays,
            noncurrentVersionDays: lake.noncurrentVersionDays ?? DEFAULTS.noncurrentVersionDays,
            accessLogDays: logRetentionDays,
            protected: isProtected,
          });
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
    new SavedQueries(this, "SavedQueries", { contract, catalog: this.catalog, workgroup: this.workgroup });
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
}
