import { Aspects, TerraformOutput } from "cdktf";
import type { Construct } from "constructs";
import { type Environment, lookBackHours } from "../environments/environment";
import { PermissionsBoundary } from "../modules/aspects/permissions-boundary";
import { Catalog } from "../modules/batch/catalog";
import { DataLake } from "../modules/batch/data-lake";
import { DeliveryStream } from "../modules/batch/delivery-stream";
import { MergeSmallFiles } from "../modules/batch/merge-small-files";
import { SavedQueries } from "../modules/batch/saved-queries";
import { ValidateRecords } from "../modules/batch/validate-records";
import { Workgroup } from "../modules/batch/workgroup";
import { type FunctionDefaults, functionRole } from "../modules/functions/node-function";
import { EventStream } from "../modules/ingest/event-stream";
import { type Names, namesOf } from "../modules/naming";
import { Bastion } from "../modules/network/bastion";
import { Vpc } from "../modules/network/vpc";
import type { MonitoredSpeedLayer } from "../modules/operations/monitored";
import { Operations } from "../modules/operations/operations";
import { EncryptionKey } from "../modules/security/encryption-key";
import { QuickSight } from "../modules/serving/quicksight";
import { SearchDomain } from "../modules/speed/search-domain";
import { SearchSetup } from "../modules/speed/search-setup";
import { UpsertToEs } from "../modules/speed/upsert-to-es";
import { EnvironmentStack } from "./environment-stack";

/** The system of one environment: the only stack that connects all layers. */
export class RetailBiStack extends EnvironmentStack {
  public constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id, environment);
    const { location, logRetentionDays } = environment;
    const { accountId } = location;
    const names = namesOf(environment);

    const key = new EncryptionKey(this, "Key", {
      alias: names.keyAlias,
      description: `Everything of the ${environment.name} environment of retail-bi`,
      location,
      services: [
        ...(["s3", "kinesis", "lambda", "es", "sns"] as const),
        ...(environment.bastion.enabled ? (["ec2"] as const) : []),
      ],
      deletionDays: environment.keyDeletionDays,
      protected: environment.protected,
    });
    const functionDefaults = { location, key, logRetentionDays };

    const stream = new EventStream(this, "EventStream", {
      name: names.stream,
      capacity: environment.stream.capacity,
      retentionHours: environment.stream.retentionHours,
      key,
      protected: environment.protected,
    });

    const lake = new DataLake(this, "DataLake", {
      bucketName: names.lakeBucket,
      accessLogBucketName: names.accessLogBucket,
      key,
      accountId,
      rawRetentionDays: environment.lake.rawRetentionDays,
      noncurrentVersionDays: environment.lake.noncurrentVersionDays,
      accessLogDays: logRetentionDays,
      protected: environment.protected,
    });
    const validateRecords = new ValidateRecords(this, "ValidateRecords", {
      ...functionDefaults,
      name: names.validateRecords,
      lake,
    });
    const deliveryStream = new DeliveryStream(this, "DeliveryStream", {
      name: names.deliveryStream,
      roleName: names.deliveryRole,
      logGroupName: names.deliveryLogGroup,
      source: stream,
      lake,
      transformation: validateRecords.function,
      key,
      accountId,
      logRetentionDays,
      bufferMiB: environment.lake.bufferMiB,
      gzip: environment.lake.compression === "gzip",
      protected: environment.protected,
    });

    const catalog = new Catalog(this, "Catalog", {
      databaseName: names.database,
      lake,
      location,
      protected: environment.protected,
    });
    const analysts = new Workgroup(this, "PeopleWorkgroup", {
      name: names.analystsWorkgroup,
      description: "For analysts: results encrypted in the lake, what a query scans is limited",
      resultsLocation: lake.location("results"),
      key,
      enforced: true,
      scanLimitGiB: environment.athena.scanLimitGiB,
      disposable: !environment.protected,
    });
    new SavedQueries(this, "SavedQueries", { catalog, workgroup: analysts });
    const merge = new Workgroup(this, "MergeWorkgroup", {
      name: names.mergeWorkgroup,
      description: "For MergeSmallFiles, which sets the locations of its tables itself",
      resultsLocation: lake.location("scratch"),
      key,
      enforced: false,
      scanLimitGiB: environment.merge.scanLimitGiB,
      disposable: !environment.protected,
    });
    const mergeSmallFiles = new MergeSmallFiles(this, "MergeSmallFiles", {
      ...functionDefaults,
      name: names.mergeSmallFiles,
      scheduleName: names.mergeSchedule,
      lake,
      catalog,
      workgroup: merge,
      lookBackHours: lookBackHours(environment.stream.retentionHours),
      rawRetentionDays: environment.lake.rawRetentionDays,
      everyMinutes: environment.merge.everyMinutes,
      queriesInFlight: environment.merge.queriesInFlight,
    });

    this.output("region", "Region of everything here", location.region);
    this.output("data_stream_name", "Kinesis stream that takes transactions", stream.resource.name);
    this.output("data_stream_arn", "ARN of that stream, to allow a producer to write", stream.arn);
    this.output("delivery_stream_name", "Firehose stream that fills the lake", deliveryStream.resource.name);
    this.output("lake_bucket", "Bucket of the lake", lake.bucket.resource.bucket);
    this.output("raw_location", "Location of the raw lines", lake.location("raw"));
    this.output("quarantine_location", "Location of refused lines", lake.location("quarantine"));
    this.output(
      "delivery_error_location",
      "Records that Firehose failed to deliver; normally empty",
      lake.location("errors"),
    );
    this.output("database", "Glue database of the tables", catalog.database.name);
    this.output("workgroup", "Athena workgroup for analysts", analysts.resource.name);
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

    const { quickSight } = environment.serving;
    if (quickSight.enabled) {
      const served = new QuickSight(this, "QuickSight", {
        name: names.quickSight,
        location,
        identityRegion: quickSight.identityRegion ?? location.region,
        serviceRoleName: quickSight.serviceRoleName,
        lake,
        catalog,
        workgroup: analysts,
        principals: quickSight.principals,
      });
      this.output("quicksight_dashboard", "Dashboard in QuickSight", served.dashboard.dashboardId);
    }

    const speed = environment.speed.enabled
      ? this.addSpeedLayer(environment, functionDefaults, stream, lake)
      : undefined;
    const operations = new Operations(this, "Operations", {
      environmentName: environment.name,
      location,
      names,
      settings: environment.operations,
      lake,
      batch: {
        stream,
        streamRetentionHours: environment.stream.retentionHours,
        delivery: deliveryStream,
        validateRecords: validateRecords.function,
        mergeSmallFiles: mergeSmallFiles.function,
        mergeEveryMinutes: mergeSmallFiles.everyMinutes,
      },
      ...(speed && { speed }),
      key,
      logRetentionDays,
    });
    this.output("alarm_topic_arn", "Topic of alarms and budget, to subscribe to", operations.topic.arn);
    const { length: subscribers } = environment.operations.alarmSubscriptions;
    this.output(
      "alarm_subscribers",
      "Number of subscribers to alarms and budget",
      subscribers > 0 ? String(subscribers) : "nobody: set operations.alarmSubscriptions of the environment",
    );
    this.output(
      "dashboard",
      "CloudWatch dashboard of everything",
      operations.dashboard.resource.dashboardName,
    );
    if (environment.delivery) {
      // Built from the name, because the policy belongs to the state stack.
      const boundaryArn = `arn:aws:iam::${accountId}:policy/${names.boundary}`;
      Aspects.of(this).add(new PermissionsBoundary(boundaryArn));
    }
    environment.overrides?.(this);
  }

  private addSpeedLayer(
    environment: Environment,
    functionDefaults: FunctionDefaults,
    stream: EventStream,
    lake: DataLake,
  ): MonitoredSpeedLayer {
    const { location, logRetentionDays } = environment;
    const { key } = functionDefaults;
    const names = namesOf(environment);
    const vpc = new Vpc(this, "Network", {
      name: names.network,
      location,
      ...environment.network,
      flowLogGroupName: names.flowLogGroup,
      flowLogRoleName: names.flowLogRole,
      logRetentionDays,
      key,
    });
    // The domain's policy needs the functions' roles, and the functions need the domain.
    const setupRole = functionRole(this, "SearchSetupRole", names.searchSetup);
    const upsertRole = functionRole(this, "UpsertToESRole", names.upsertToEs);
    const domain = new SearchDomain(this, "SearchDomain", {
      name: names.searchDomain,
      logPolicyName: names.searchLogPolicy,
      location,
      vpc,
      settings: environment.speed,
      master: setupRole,
      key,
      logRetentionDays,
      protected: environment.protected,
    });
    // Searches are POST; Dashboards stores a user's own objects by PUT.
    domain.admitAnalysts(environment.speed.readerRoleArns, ["Get", "Head", "Post", "Put"]);
    const setup = new SearchSetup(this, "SearchSetup", {
      ...functionDefaults,
      name: names.searchSetup,
      vpc,
      domain,
      role: setupRole,
      shards: environment.speed.shards,
      retentionDays: environment.speed.retentionDays,
      readerRoleArns: environment.speed.readerRoleArns,
      readerGroups: environment.speed.saml?.readerGroups ?? [],
      writers: [upsertRole],
    });
    const upsertToEs = new UpsertToEs(this, "UpsertToES", {
      ...functionDefaults,
      name: names.upsertToEs,
      source: stream,
      lake,
      vpc,
      domain,
      role: upsertRole,
      setup,
      parallelizationFactor: environment.speed.parallelizationFactor,
      streamRetentionHours: environment.stream.retentionHours,
    });

    this.output("search_domain", "OpenSearch domain of the speed layer", domain.resource.domainName);
    this.output("search_endpoint", "Host of the domain, inside the network", domain.endpoint);
    this.output("upsert_to_es_function", "Function that indexes", upsertToEs.function.resource.functionName);
    this.output(
      "search_setup_function",
      "Function that sets the domain up",
      setup.function.resource.functionName,
    );
    this.output(
      "given_up_location",
      "Batches that indexing discarded; normally empty",
      lake.location("onFailure"),
    );
    this.output("network_id", "Network of the domain", vpc.resource.id);
    this.output("search_client_group_id", "Security group that reaches the domain", domain.clients.id);
    if (environment.bastion.enabled) this.addBastion(functionDefaults, names, vpc, domain);
    return { upsertToEs: upsertToEs.function, searchSetup: setup.function, domain };
  }

  private addBastion(
    { location, key }: FunctionDefaults,
    names: Names,
    vpc: Vpc,
    domain: SearchDomain,
  ): void {
    const bastion = new Bastion(this, "Bastion", { name: names.bastion, location, vpc, domain, key });
    this.output("bastion_instance_id", "Instance that sessions go through", bastion.resource.id);
  }

  private output(name: string, description: string, value: string): void {
    const output = new TerraformOutput(this, `Output-${name}`, { value, description });
    output.overrideLogicalId(name);
  }
}
