"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.UpsertToEs = void 0;
const lambda_event_source_mapping_1 = require("@cdktf/provider-aws/lib/lambda-event-source-mapping");
const constructs_1 = require("constructs");
const variable_1 = require("../../contract/variable");
const arithmetic_1 = require("../arithmetic");
const zones_1 = require("../batch/zones");
const check_1 = require("../check");
const node_function_1 = require("../functions/node-function");
/** The lab's batch size. */
const BATCH_RECORDS = 1000;
/** Batching window; it adds to the latency of indexing. */
const WINDOW_SECONDS = 1;
/**
 * A record is discarded this long before it expires from the stream, so that Lambda can still read it for the on-failure
 * record with its payload.
 */
const LAST_CHANCE_SECONDS = 3600;
/** Lambda's limit of the maximum record age. */
const LONGEST_AGE_SECONDS = 604_800;
/** Indexes every record within seconds after it was sent. */
class UpsertToEs extends constructs_1.Construct {
    function;
    mapping;
    /** @throws RangeError when the parallelization factor is not 1 to 10. */
    constructor(scope, id, props) {
        super(scope, id);
        const { domain, lake, role, vpc } = props;
        (0, check_1.assertWholeNumber)(this, "parallelizationFactor", props.parallelizationFactor, 1, 10);
        this.function = new node_function_1.NodeFunction(this, "Function", {
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
                CONTRACT: (0, variable_1.contractVariable)(props.contract),
            },
        });
        domain.grantRequests(role, "UpsertToES", ["Post"]);
        props.source.grantRead(role);
        lake.grantFailureDestination(role, { write: ["quarantine"] });
        vpc.allowThroughS3Endpoint({
            sid: "Quarantine",
            actions: ["s3:PutObject"],
            resources: [`${lake.bucketArn}/${zones_1.ZONES.quarantine}*`],
        });
        this.mapping = new lambda_event_source_mapping_1.LambdaEventSourceMapping(this, "Mapping", {
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
            maximumRecordAgeInSeconds: (0, arithmetic_1.least)((0, arithmetic_1.sum)((0, arithmetic_1.product)(props.streamRetentionHours, 3600), -LAST_CHANCE_SECONDS), LONGEST_AGE_SECONDS),
            functionResponseTypes: ["ReportBatchItemFailures"],
            destinationConfig: { onFailure: { destinationArn: props.lake.bucketArn } },
            dependsOn: [props.setup.invocation],
        });
    }
}
exports.UpsertToEs = UpsertToEs;
