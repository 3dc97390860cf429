import { SEARCH_SERVICE } from "../account-wide";
import {
  executionRoleName,
  functionLogGroupName,
  type NamedEnvironment,
  type Names,
  namesOf,
} from "../naming";
import type { QuickSightProps } from "../serving/quicksight";

/** ARNs of an environment's resources, built from their names, for roles that exist before the resources. */
export interface Arns {
  readonly streams: readonly string[];
  readonly deliveryStreams: readonly string[];
  readonly buckets: readonly string[];
  readonly catalog: readonly string[];
  /** User-defined functions of the database; there are none. */
  readonly catalogFunctions: readonly string[];
  readonly workgroups: readonly string[];
  readonly functions: readonly string[];
  readonly eventSourceMappings: readonly string[];
  readonly logGroups: readonly string[];
  readonly roles: readonly string[];
  readonly instanceProfiles: readonly string[];
  readonly serviceLinkedRoles: readonly string[];
  /** Every key of the account, because a key has no name; each statement must have a condition on its tags. */
  readonly keys: readonly string[];
  readonly keyAliases: readonly string[];
  readonly domains: readonly string[];
  readonly rules: readonly string[];
  readonly topics: readonly string[];
  readonly alarms: readonly string[];
  readonly dashboards: readonly string[];
  readonly budgets: readonly string[];
  readonly imageParameters: readonly string[];
  /** Absent where the environment has nothing in QuickSight. */
  readonly quickSight?: QuickSightArns;
}

/** ARNs of an environment's resources in QuickSight. */
export interface QuickSightArns {
  readonly dataSources: readonly string[];
  readonly dataSets: readonly string[];
  readonly analyses: readonly string[];
  readonly dashboards: readonly string[];
  /** The role with which QuickSight reads: at the path of service roles, or without a path. */
  readonly serviceRoles: readonly string[];
}

/** The roles of an environment's functions and services: all that its stack creates. */
function stackRoleNames(names: Names): readonly string[] {
  return [
    ...functionNames(names).map(executionRoleName),
    names.deliveryRole,
    names.flowLogRole,
    executionRoleName(names.bastion),
  ];
}

/** The settings of an environment that determine its ARNs. */
export interface DeliveredEnvironment extends NamedEnvironment {
  readonly serving: {
    readonly quickSight: Pick<QuickSightProps, "serviceRoleName"> & { readonly enabled: boolean };
  };
}

export function arnsOf(environment: DeliveredEnvironment): Arns {
  const { region, accountId } = environment.location;
  const names = namesOf(environment);
  const { quickSight } = environment.serving;
  const arn = (service: string, resource: string): string =>
    `arn:aws:${service}:${region}:${accountId}:${resource}`;
  const worldWide = (service: string, resource: string): string =>
    `arn:aws:${service}::${accountId}:${resource}`;
  return {
    streams: [arn("kinesis", `stream/${names.stream}`)],
    deliveryStreams: [arn("firehose", `deliverystream/${names.deliveryStream}`)],
    buckets: [names.lakeBucket, names.accessLogBucket].map((bucket) => `arn:aws:s3:::${bucket}`),
    catalog: ["catalog", `database/${names.database}`, `table/${names.database}/*`].map((resource) =>
      arn("glue", resource),
    ),
    catalogFunctions: [arn("glue", `userDefinedFunction/${names.database}/*`)],
    workgroups: [names.analystsWorkgroup, names.mergeWorkgroup].map((workgroup) =>
      arn("athena", `workgroup/${workgroup}`),
    ),
    functions: functionNames(names).map((name) => arn("lambda", `function:${name}`)),
    eventSourceMappings: [arn("lambda", "event-source-mapping:*")],
    logGroups: logGroupNames(names).map((name) => arn("logs", `log-group:${name}`)),
    roles: stackRoleNames(names).map((name) => worldWide("iam", `role/${name}`)),
    instanceProfiles: [worldWide("iam", `instance-profile/${names.bastion}`)],
    serviceLinkedRoles: [worldWide("iam", `role/aws-service-role/${SEARCH_SERVICE}/*`)],
    keys: [arn("kms", "key/*")],
    keyAliases: [arn("kms", names.keyAlias)],
    domains: [arn("es", `domain/${names.searchDomain}`)],
    rules: [
      arn("events", `rule/${names.mergeSchedule}`),
      arn("events", `rule/${names.failedRecordEvents}-*`),
    ],
    topics: [arn("sns", names.alarmTopic)],
    alarms: [arn("cloudwatch", `alarm:${names.alarms}-*`)],
    dashboards: [worldWide("cloudwatch", `dashboard/${names.dashboard}`)],
    budgets: [worldWide("budgets", `budget/${names.budget}`)],
    imageParameters: [`arn:aws:ssm:${region}::parameter/aws/service/ami-amazon-linux-latest/*`],
    ...(quickSight.enabled && {
      quickSight: {
        dataSources: [arn("quicksight", `datasource/${names.quickSight}`)],
        dataSets: ["raw", "parquet"].map((table) =>
          arn("quicksight", `dataset/${names.quickSight}-${table}`),
        ),
        analyses: [arn("quicksight", `analysis/${names.quickSight}`)],
        dashboards: [arn("quicksight", `dashboard/${names.quickSight}`)],
        // A role's name is unique in the account, whatever its path.
        serviceRoles: ["service-role/", ""].map((path) =>
          worldWide("iam", `role/${path}${quickSight.serviceRoleName}`),
        ),
      },
    }),
  };
}

function functionNames(names: Names): readonly string[] {
  return [names.validateRecords, names.mergeSmallFiles, names.upsertToEs, names.searchSetup];
}

function logGroupNames(names: Names): readonly string[] {
  return [
    ...functionNames(names).map(functionLogGroupName),
    names.deliveryLogGroup,
    names.flowLogGroup,
    names.failedRecordLogGroup,
    `/aws/OpenSearchService/domains/${names.searchDomain}/*`,
  ];
}
