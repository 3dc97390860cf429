import { DataAwsIamRole } from "@cdktf/provider-aws/lib/data-aws-iam-role";
import { Annotations, Aspects, TerraformElement } from "cdktf";
import type { Construct, IConstruct, Node } from "constructs";
import { retailTransaction } from "../contract/retail-transaction";
import type { Environment } from "../environments/environment";
import { RELEASED, SEARCH_SERVICE_ROLE } from "../modules/account-wide";
import { PermissionsBoundary } from "../modules/aspects/permissions-boundary";
import { IngestBatch } from "../modules/batch/ingest-batch";
import { namesOf, SECURITY_GROUP_NAMES } from "../modules/naming";
import { RetailBi } from "../modules/retail-bi";
import { SpeedLayer } from "../modules/speed/speed-layer";
import { RETAIL_PANELS, RETAIL_TITLE } from "../presets/retail/panels";
import { retailQueries } from "../presets/retail/saved-queries";
import { EnvironmentStack } from "./environment-stack";
import { indexVolumeText } from "./index-volume";
import { openDashboards } from "./open-dashboards";
import { addOutputs, batchOutputs, operationsOutputs, speedOutputs } from "./outputs";

/** The system of one environment. */
export class RetailBiStack extends EnvironmentStack {
  public constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id, environment);
    const { location, lake, merge, serving, speed, bastion } = environment;
    const names = namesOf(environment);
    const { enabled: withQuickSight, ...quickSight } = serving.quickSight;
    const { enabled: withSpeed, ...speedSettings } = speed;
    // cdktf leaves the id "Default" out of addresses.
    const system = new RetailBi(this, "Default", {
      contract: retailTransaction,
      panels: RETAIL_PANELS,
      title: RETAIL_TITLE,
      prefix: environment.name,
      names: { ...names, ...SECURITY_GROUP_NAMES },
      location,
      protected: environment.protected,
      logRetentionDays: environment.logRetentionDays,
      keyDeletionDays: environment.keyDeletionDays,
      stream: environment.stream,
      lake: { noncurrentVersionDays: lake.noncurrentVersionDays },
      rawRetentionDays: lake.rawRetentionDays,
      bufferMiB: lake.bufferMiB,
      gzip: lake.compression === "gzip",
      merge,
      savedQueries: retailQueries,
      analystScanLimitGiB: environment.athena.scanLimitGiB,
      speed: withSpeed && {
        ...speedSettings,
        network: environment.network,
        bastion: bastion.enabled,
        bastionPutsRecords: bastion.putRecords,
      },
      ...(withQuickSight && { quickSight }),
      operations: environment.operations,
    });
    // Without the role the plan fails here, and not the apply at the domain, half an hour later.
    if (withSpeed) new DataAwsIamRole(this, "OpenSearchServiceLinkedRole", { name: SEARCH_SERVICE_ROLE });
    this.release(RELEASED.main);
    if (withSpeed) Annotations.of(this).addInfo(indexVolumeText(speed));
    this.describe(system, location.region);
    if (system.speed) {
      const { endpoint } = system.speed.domain;
      this.output(
        "open_dashboards",
        "How to open OpenSearch Dashboards",
        openDashboards(environment, endpoint),
      );
    }
    const { length: subscribers } = environment.operations.alarmSubscriptions;
    this.output(
      "alarm_subscribers",
      "Number of subscribers to alarms and budget",
      subscribers > 0 ? String(subscribers) : "nobody: set operations.alarmSubscriptions of the environment",
    );
    if (environment.delivery) {
      // Built from the name, because the policy belongs to the state stack.
      const boundaryArn = `arn:aws:iam::${location.accountId}:policy/${names.boundary}`;
      Aspects.of(this).add(new PermissionsBoundary(boundaryArn));
    }
    environment.overrides?.(this);
  }

  /**
   * Leaves the layers out of addresses, and so out of the folders of assets: before layers existed, their parts were
   * directly in the stack. See docs/adr/0014.
   */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const node = TerraformElement.isTerraformElement(element) ? element.node : element;
    const scopes = node.scopes.filter((scope) => !isLayer(scope));
    return super.allocateLogicalId(Object.create(node, { scopes: { value: scopes } }));
  }

  private describe({ batch, speed, quickSight, operations }: RetailBi, region: string): void {
    this.output("region", "Region of everything here", region);
    addOutputs(this, batchOutputs(batch));
    if (quickSight) {
      this.output("quicksight_dashboard", "Dashboard in QuickSight", quickSight.dashboard.dashboardId);
    }
    if (speed) addOutputs(this, speedOutputs(speed));
    addOutputs(this, operationsOutputs(operations));
  }

  private output(name: string, description: string, value: string): void {
    addOutputs(this, [[name, description, value]]);
  }
}

function isLayer(scope: IConstruct): boolean {
  return scope instanceof IngestBatch || scope instanceof SpeedLayer;
}
