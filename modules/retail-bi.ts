import { Token } from "cdktf";
import { Construct } from "constructs";
import type { Panel } from "../dashboards/spec";
import { IngestBatch, type IngestBatchProps } from "./batch/ingest-batch";
import { assertLiteral } from "./check";
import { DEFAULTS } from "./defaults";
import { locationOf } from "./location";
import { type GroupNames, groupNamesOf, type Names, namesOf } from "./naming";
import { Operations, type OperationsSettings } from "./operations/operations";
import { EncryptionKey, type IEncryptionKey } from "./security/encryption-key";
import { QuickSight, type QuickSightPrincipal } from "./serving/quicksight";
import { SpeedLayer, type SpeedSettings } from "./speed/speed-layer";

/** The dashboard of the batch layer in QuickSight. */
export interface QuickSightSettings {
  /** At least one, because without principals nobody can open the dashboard. */
  readonly principals: readonly QuickSightPrincipal[];
  /** Identity region of the account's QuickSight users. @default the region of everything else */
  readonly identityRegion?: string;
  /** Name of QuickSight's service role, without its path. @default aws-quicksight-service-role-v0 */
  readonly serviceRoleName?: string;
}

export interface RetailBiProps extends Omit<IngestBatchProps, "key" | "names"> {
  /** Custom physical names. @default they begin with `prefix` */
  readonly names?: Partial<Names & GroupNames>;
  /** An existing key. @default a new one */
  readonly key?: IEncryptionKey;
  /** Deletion window of a new key in days, 7 to 30. @default 30 */
  readonly keyDeletionDays?: number;
  /** The speed layer, or `false` for none. @default a single node of t3.small.search */
  readonly speed?: SpeedSettings | false;
  /** @default nothing in QuickSight */
  readonly quickSight?: QuickSightSettings;
  /** What people look at in OpenSearch Dashboards and QuickSight. @default the contract's default panels */
  readonly panels?: readonly Panel[];
  /** Title of the dashboards. @default the contract's name */
  readonly title?: string;
  /** @default nobody is told of alarms; a budget of 100 dollars a month */
  readonly operations?: Partial<OperationsSettings>;
}

/** One whole system: ingest, both layers, and their operations. */
export class RetailBi extends Construct {
  public readonly key: IEncryptionKey;
  public readonly batch: IngestBatch;
  public readonly speed?: SpeedLayer;
  public readonly quickSight?: QuickSight;
  public readonly operations: Operations;

  /** @throws RangeError when the prefix is not 2 to 20 lower-case letters and digits, a letter first. */
  public constructor(scope: Construct, id: string, props: RetailBiProps) {
    super(scope, id);
    const {
      contract,
      prefix,
      speed = {},
      quickSight,
      keyDeletionDays = DEFAULTS.keyDeletionDays,
      protected: isProtected = true,
      logRetentionDays = DEFAULTS.logRetentionDays,
    } = props;
    if (!Token.isUnresolved(prefix) && !/^[a-z][a-z0-9]{1,19}$/.test(prefix)) {
      throw new RangeError(
        `${this.node.path}: prefix is "${prefix}"; 2 to 20 lower-case letters and digits are allowed, a letter first`,
      );
    }
    const location = props.location ?? locationOf(this);
    const names = {
      ...namesOf({ name: prefix, physicalNames: "prefixed", location }),
      ...groupNamesOf(prefix),
      ...props.names,
    };
    const bastion = speed !== false && (speed.bastion ?? false);
    assertLiteral(this, "speed.bastion", bastion);
    this.key =
      props.key ??
      new EncryptionKey(this, "Key", {
        alias: names.keyAlias,
        description: `Everything of the ${prefix} environment of retail-bi`,
        location,
        services: ["s3", "kinesis", "lambda", "es", "sns", ...(bastion ? (["ec2"] as const) : [])],
        deletionDays: keyDeletionDays,
        protected: isProtected,
      });
    const common = {
      contract,
      prefix,
      names,
      location,
      key: this.key,
      protected: isProtected,
      logRetentionDays,
    };
    this.batch = new IngestBatch(this, "IngestBatch", { ...props, ...common });
    const { stream, lake, catalog, workgroup } = this.batch;
    const shown = {
      ...(props.panels && { panels: props.panels }),
      ...(props.title !== undefined && { title: props.title }),
    };
    if (quickSight) {
      this.quickSight = new QuickSight(this, "QuickSight", {
        contract,
        name: names.quickSight,
        location,
        identityRegion: quickSight.identityRegion ?? location.region,
        serviceRoleName: quickSight.serviceRoleName ?? DEFAULTS.quickSightServiceRole,
        lake,
        catalog,
        workgroup,
        principals: quickSight.principals,
        ...shown,
      });
    }
    if (speed !== false) {
      this.speed = new SpeedLayer(this, "SpeedLayer", {
        ...speed,
        ...common,
        ...shown,
        source: stream,
        lake,
      });
    }
    this.operations = new Operations(this, "Operations", {
      environmentName: prefix,
      location,
      names,
      settings: {
        alarmSubscriptions: props.operations?.alarmSubscriptions ?? [],
        budget: props.operations?.budget ?? { usdPerMonth: DEFAULTS.usdPerMonth, costOf: "account" },
      },
      lake,
      batch: {
        stream,
        streamRetentionHours: stream.retentionHours,
        delivery: this.batch.deliveryStream,
        validateRecords: this.batch.validateRecords.function,
        mergeSmallFiles: this.batch.mergeSmallFiles.function,
        mergeEveryMinutes: this.batch.mergeSmallFiles.everyMinutes,
      },
      ...(this.speed && {
        speed: {
          upsertToEs: this.speed.upsertToEs.function,
          searchSetup: this.speed.searchSetup.function,
          domain: this.speed.domain,
        },
      }),
      key: this.key,
      logRetentionDays,
    });
  }
}
