import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import { contractVariable } from "../../contract/variable";
import type { ENVIRONMENT } from "../../lambdas/upsert-to-es/env";
import { least, product, sum } from "../arithmetic";
import type { ILake } from "../batch/data-lake";
import { ZONES } from "../batch/zones";
import { assertWholeNumber } from "../check";
import { type FunctionDefaults, NodeFunction } from "../functions/node-function";
import type { IEventStream } from "../ingest/event-stream";
import type { INetwork } from "../network/vpc";
import type { ExecutionRole } from "../security/execution-role";
import type { SearchDomain } from "./search-domain";
import type { SearchSetup } from "./search-setup";

export interface UpsertToEsProps extends FunctionDefaults {
  /** What a record is. */
  readonly contract: Contract;
  /** Physical name. */
  readonly name: string;
  /** Stream that it reads. */
  readonly source: IEventStream;
  /** Lake whose quarantine takes the refused lines. */
  readonly lake: ILake;
  /** Network of the function. */
  readonly vpc: INetwork;
  /** Domain that it writes to. */
  readonly domain: SearchDomain;
  /** Its execution role, to which the set-up gives write access. */
  readonly role: ExecutionRole;
  /** The set-up, without which the domain refuses every document. */
  readonly setup: SearchSetup;
  /** Batches of one shard that are indexed at the same time, 1 to 10. */
  readonly parallelizationFactor: number;
  /** Hours after which the mapping discards a record into the lake, 1 to 168, and fewer than the stream keeps it. */
  readonly maximumRecordAgeHours: number;
}

/** The lab's batch size. */
const BATCH_RECORDS = 1000;
/** Batching window; it adds to the latency of indexing. */
const WINDOW_SECONDS = 1;
/** Lambda's limit of the maximum record age. */
const LONGEST_AGE_HOURS = 168;

/** Indexes every record within seconds after it was sent. */
export class UpsertToEs extends Construct {
  public readonly function: NodeFunction<typeof ENVIRONMENT>;
  public readonly mapping: LambdaEventSourceMapping;

  /** @throws RangeError when the parallelization factor or the maximum record age is out of its range. */
  public constructor(scope: Construct, id: string, props: UpsertToEsProps) {
    super(scope, id);
    const { domain, lake, role, vpc } = props;
    assertWholeNumber(this, "parallelizationFactor", props.parallelizationFactor, 1, 10);
    // Lambda reads a record that it discards once more, for its payload.
    const longestAgeHours = least(sum(props.source.retentionHours, -1), LONGEST_AGE_HOURS);
    assertWholeNumber(this, "maximumRecordAgeHours", props.maximumRecordAgeHours, 1, longestAgeHours);
    this.function = new NodeFunction<typeof ENVIRONMENT>(this, "Function", {
      location: props.location,
      key: props.key,
      logRetentionDays: props.logRetentionDays,
      name: props.name,
      description: "Indexes records as they arrive; refused lines go to quarantine",
      folder: "upsert-to-es",
      timeoutSeconds: 300,
      memoryMiB: 512,
      role,
      network: {
        subnetIds: vpc.privateSubnetIds,
        securityGroupIds: [domain.clients.id],
      },
      environment: {
        ES_HOST: domain.endpoint,
        ES_INDEX: props.contract.index,
        REGION_NAME: props.location.region,
        QUARANTINE_LOCATION: lake.location("quarantine"),
        CONTRACT: contractVariable(props.contract),
      },
    });
    domain.grantRequests(role, "UpsertToES", ["Post"]);
    props.source.grantRead(role);
    lake.grantFailureDestination(role, { write: ["quarantine"] });
    vpc.allowThroughS3Endpoint({
      sid: "Quarantine",
      actions: ["s3:PutObject"],
      resources: [`${lake.bucketArn}/${ZONES.quarantine}*`],
    });
    this.mapping = new LambdaEventSourceMapping(this, "Mapping", {
      eventSourceArn: props.source.arn,
      functionName: this.function.arn,
      // Not LATEST, so that records sent during the deployment are indexed, too.
      startingPosition: "TRIM_HORIZON",
      batchSize: BATCH_RECORDS,
      maximumBatchingWindowInSeconds: WINDOW_SECONDS,
      parallelizationFactor: props.parallelizationFactor,
      bisectBatchOnFunctionError: true,
      // Unlimited retries, so that an outage of the domain discards no records before the maximum record age.
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: product(props.maximumRecordAgeHours, 3600),
      functionResponseTypes: ["ReportBatchItemFailures"],
      destinationConfig: { onFailure: { destinationArn: props.lake.bucketArn } },
      dependsOn: [props.setup.invocation],
    });
  }
}
