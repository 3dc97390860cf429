import { DataAwsIamRole } from "@cdktf/provider-aws/lib/data-aws-iam-role";
import { Annotations, Aspects, TerraformElement, TerraformOutput } from "cdktf";
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

  private describe({ key, batch, speed, quickSight, operations }: RetailBi, region: string): void {
    const { stream, lake, deliveryStream, catalog, workgroup, validateRecords, mergeSmallFiles } = batch;
    this.output("region", "Region of everything here", region);
    this.output("data_stream_name", "Kinesis stream that takes transactions", stream.streamName);
    this.output("data_stream_arn", "ARN of that stream, to allow a producer to write", stream.arn);
    this.output("delivery_stream_name", "Firehose stream that fills the lake", deliveryStream.resource.name);
    this.output("lake_bucket", "Bucket of the lake", lake.bucketName);
    this.output("raw_location", "Location of the raw lines", lake.location("raw"));
    this.output("quarantine_location", "Location of refused lines", lake.location("quarantine"));
    this.output(
      "delivery_error_location",
      "Records that Firehose failed to deliver; normally empty",
      lake.location("errors"),
    );
    this.output("database", "Glue database of the tables", catalog.database.name);
    this.output("workgroup", "Athena workgroup for analysts", workgroup.resource.name);
    this.output(
      "validate_records_function",
      "Function that judges lines",
      validateRecords.function.resource.functionName,
    );
    this.output(
      "merge_small_files_function",
      "Function that merges; invoke it to merge at once",
      mergeSmallFiles.function.resource.functionName,
    );
    this.output("key_arn", "Key that encrypts everything here", key.arn);
    if (quickSight) {
      this.output("quicksight_dashboard", "Dashboard in QuickSight", quickSight.dashboard.dashboardId);
    }
    if (speed) this.describeSpeedLayer(speed, lake.location("onFailure"));
    this.output("alarm_topic_arn", "Topic of alarms and budget, to subscribe to", operations.topic.arn);
    this.output(
      "dashboard",
      "CloudWatch dashboard of everything",
      operations.dashboard.resource.dashboardName,
    );
  }

  private describeSpeedLayer(speed: SpeedLayer, discarded: string): void {
    const { domain, upsertToEs, searchSetup, network, bastion } = speed;
    this.output("search_domain", "OpenSearch domain of the speed layer", domain.resource.domainName);
    this.output("search_endpoint", "Host of the domain, inside the network", domain.endpoint);
    this.output("upsert_to_es_function", "Function that indexes", upsertToEs.function.resource.functionName);
    this.output(
      "search_setup_function",
      "Function that sets the domain up",
      searchSetup.function.resource.functionName,
    );
    this.output("given_up_location", "Batches that indexing discarded; normally empty", discarded);
    this.output("network_id", "Network of the domain", network.vpcId);
    this.output("search_client_group_id", "Security group that reaches the domain", domain.clients.id);
    if (bastion) {
      this.output("bastion_instance_id", "Instance that sessions go through", bastion.resource.id);
    }
  }

  private output(name: string, description: string, value: string): void {
    const output = new TerraformOutput(this, `Output-${name}`, { value, description });
    output.overrideLogicalId(name);
  }
}

function isLayer(scope: IConstruct): boolean {
  return scope instanceof IngestBatch || scope instanceof SpeedLayer;
}
