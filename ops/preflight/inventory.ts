import { ListWorkGroupsCommand } from "@aws-sdk/client-athena";
import { DescribeAlarmsCommand, ListDashboardsCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeResourcePoliciesCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { ListDeliveryStreamsCommand } from "@aws-sdk/client-firehose";
import { GetDatabasesCommand } from "@aws-sdk/client-glue";
import { GetAccountSummaryCommand } from "@aws-sdk/client-iam";
import { DescribeLimitsCommand } from "@aws-sdk/client-kinesis";
import { ListAliasesCommand } from "@aws-sdk/client-kms";
import { GetAccountSettingsCommand } from "@aws-sdk/client-lambda";
import { ListDomainNamesCommand } from "@aws-sdk/client-opensearch";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { ListTopicsCommand } from "@aws-sdk/client-sns";
import { type Aws, allPages } from "./aws";

/** Defers a read, and makes it once. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= read();
    return made;
  };
}

/** The names among entries that may have none. */
function namesIn<T>(entries: readonly T[] | undefined, name: (entry: T) => string | undefined): string[] {
  return (entries ?? []).flatMap((entry) => name(entry) ?? []);
}

/** What an account has in a region. Every list is read when it is first asked for, and once; it rejects as its call does. */
export class Inventory {
  readonly buckets = once(() =>
    allPages(async (ContinuationToken) => {
      const page = await this.aws.s3.send(new ListBucketsCommand({ ContinuationToken }));
      return [namesIn(page.Buckets, ({ Name }) => Name), page.ContinuationToken];
    }),
  );
  readonly deliveryStreams = once(() =>
    allPages(async (ExclusiveStartDeliveryStreamName) => {
      const page = await this.aws.firehose.send(
        new ListDeliveryStreamsCommand({ Limit: 100, ExclusiveStartDeliveryStreamName }),
      );
      const names = page.DeliveryStreamNames ?? [];
      return [names, page.HasMoreDeliveryStreams === true ? names.at(-1) : undefined];
    }),
  );
  readonly domains = once(async () => {
    const { DomainNames } = await this.aws.search.send(new ListDomainNamesCommand({}));
    return namesIn(DomainNames, ({ DomainName }) => DomainName);
  });
  readonly databases = once(() =>
    allPages(async (NextToken) => {
      const page = await this.aws.glue.send(new GetDatabasesCommand({ NextToken }));
      return [namesIn(page.DatabaseList, ({ Name }) => Name), page.NextToken];
    }),
  );
  readonly workgroups = once(() =>
    allPages(async (NextToken) => {
      const page = await this.aws.athena.send(new ListWorkGroupsCommand({ NextToken }));
      return [namesIn(page.WorkGroups, ({ Name }) => Name), page.NextToken];
    }),
  );
  readonly keyAliases = once(() =>
    allPages(async (Marker) => {
      const page = await this.aws.kms.send(new ListAliasesCommand({ Marker }));
      return [namesIn(page.Aliases, ({ AliasName }) => AliasName), page.NextMarker];
    }),
  );
  readonly topics = once(() =>
    allPages(async (NextToken) => {
      const page = await this.aws.sns.send(new ListTopicsCommand({ NextToken }));
      return [namesIn(page.Topics, ({ TopicArn }) => TopicArn?.replace(/^.*:/, "")), page.NextToken];
    }),
  );
  readonly rules = once(() =>
    allPages(async (NextToken) => {
      const page = await this.aws.events.send(new ListRulesCommand({ NextToken }));
      return [namesIn(page.Rules, ({ Name }) => Name), page.NextToken];
    }),
  );
  readonly alarms = once(() =>
    allPages(async (NextToken) => {
      const page = await this.aws.cloudWatch.send(
        new DescribeAlarmsCommand({
          AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
          MaxRecords: 100,
          NextToken,
        }),
      );
      const all = [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])];
      return [namesIn(all, ({ AlarmName }) => AlarmName), page.NextToken];
    }),
  );
  readonly dashboards = once(() =>
    allPages(async (NextToken) => {
      const page = await this.aws.cloudWatch.send(new ListDashboardsCommand({ NextToken }));
      return [namesIn(page.DashboardEntries, ({ DashboardName }) => DashboardName), page.NextToken];
    }),
  );
  readonly logPolicies = once(() =>
    allPages(async (nextToken) => {
      const page = await this.aws.logs.send(new DescribeResourcePoliciesCommand({ nextToken }));
      return [namesIn(page.resourcePolicies, ({ policyName }) => policyName), page.nextToken];
    }),
  );
  /** Numbers and quotas of IAM, such as `Roles` and `RolesQuota`. */
  readonly iamSummary = once(async () => {
    const { SummaryMap = {} } = await this.aws.iam.send(new GetAccountSummaryCommand({}));
    return SummaryMap as Readonly<Record<string, number | undefined>>;
  });
  readonly kinesisLimits = once(() => this.aws.kinesis.send(new DescribeLimitsCommand({})));
  readonly lambdaSettings = once(() => this.aws.lambda.send(new GetAccountSettingsCommand({})));

  constructor(readonly aws: Aws) {}
}
