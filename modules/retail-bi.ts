import { Annotations } from "cdktf";
import { Construct } from "constructs";
import type { Panel } from "../dashboards/spec";
import { IngestBatch, type IngestBatchProps } from "./batch/ingest-batch";
import { assertLiteral } from "./check";
import { DEFAULTS } from "./defaults";
import { Operations, type OperationsSettings } from "./operations/operations";
import type { IEncryptionKey } from "./security/encryption-key";
import { QuickSight, type QuickSightPrincipal } from "./serving/quicksight";
import { SpeedLayer, type SpeedSettings } from "./speed/speed-layer";
import { keyOf, systemOf } from "./system";

/** The dashboard of the batch layer in QuickSight. */
export interface QuickSightSettings {
  /** At least one, because without principals nobody can open the dashboard. */
  readonly principals: readonly QuickSightPrincipal[];
  /** Identity region of the account's QuickSight users. @default the region of everything else */
  readonly identityRegion?: string;
  /** Name of QuickSight's service role, without its path. @default aws-quicksight-service-role-v0 */
  readonly serviceRoleName?: string;
}

export interface RetailBiProps extends IngestBatchProps {
  /** The speed layer, or `false` for none. @default a single node of t3.small.search */
  readonly speed?: SpeedSettings | false;
  /** @default nothing in QuickSight */
  readonly quickSight?: QuickSightSettings;
  /** What people look at in OpenSearch Dashboards and QuickSight. @default the contract's default panels */
  readonly panels?: readonly Panel[];
  /** Title of the dashboards. @default the contract's name */
  readonly title?: string;
  /** @default nobody is told of alarms; a budget of 100 dollars a month */
  readonly operations?: OperationsSettings;
}

/** One whole system: ingest, both layers, and their operations. */
export class RetailBi extends Construct {
  public readonly key: IEncryptionKey;
  public readonly batch: IngestBatch;
  public readonly speed?: SpeedLayer;
  public readonly quickSight?: QuickSight;
  public readonly operations: Operations;

  /** @throws RangeError when `prefix` has another form, or none follows from the contract */
  public constructor(scope: Construct, id: string, props: RetailBiProps) {
    super(scope, id);
    const { speed = {}, quickSight } = props;
    const system = systemOf(this, props);
    const { contract, names, location } = system;
    const bastion = speed !== false && (speed.bastion ?? false);
    assertLiteral(this, "speed.bastion", bastion);
    this.key = keyOf(this, system, props.key, {
      services: ["s3", "kinesis", "lambda", "es", "sns", ...(bastion ? (["ec2"] as const) : [])],
    });
    const common = { ...system, key: this.key };
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
      ...common,
      ...(props.operations && { settings: props.operations }),
      lake,
      batch: this.batch.monitored,
      ...(this.speed && { speed: this.speed.monitored }),
    });
    if (system.protected && (props.operations?.alarmSubscriptions ?? []).length === 0) {
      Annotations.of(this.operations).addWarning(
        "protected, and nobody hears its alarms: name a subscriber in operations.alarmSubscriptions",
      );
    }
  }
}
