import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { Fn, Op, Token } from "cdktf";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import { glueColumns } from "../../contract/glue-columns";
import type { ENVIRONMENT } from "../../lambdas/merge-small-files/env";
import { product } from "../arithmetic";
import { type FunctionDefaults, NodeFunction } from "../functions/node-function";
import type { Catalog } from "./catalog";
import type { ILake } from "./data-lake";
import type { Workgroup } from "./workgroup";

export interface MergeSmallFilesProps extends FunctionDefaults {
  /** What a record is. */
  readonly contract: Contract;
  /** Physical name of the function. */
  readonly name: string;
  /** Physical name of the rule that runs it. */
  readonly scheduleName: string;
  /** Lake whose objects it merges. */
  readonly lake: ILake;
  /** Tables that it reads and writes. */
  readonly catalog: Catalog;
  /** Must not enforce its settings, because a merge sets the location of its table. */
  readonly workgroup: Workgroup;
  /** Hours that a merge looks back for late objects. */
  readonly lookBackHours: number;
  /** Days that raw objects are kept. */
  readonly rawRetentionDays: number;
  /** Minutes from one run to the next. */
  readonly everyMinutes: number;
  /** Queries in flight at a time, 1 to 20. */
  readonly queriesInFlight: number;
}

/** The lab's interval. Runs overlap only when one takes longer, and the lease then excludes the second. */
const TIMEOUT_SECONDS = 300;

/** Merges the small JSON objects of each hour into few Parquet files, on a schedule. */
export class MergeSmallFiles extends Construct {
  public readonly function: NodeFunction<typeof ENVIRONMENT>;
  public readonly schedule: CloudwatchEventRule;
  public readonly everyMinutes: number;

  public constructor(scope: Construct, id: string, props: MergeSmallFilesProps) {
    super(scope, id);
    const { lake, catalog, workgroup, everyMinutes } = props;
    this.everyMinutes = everyMinutes;
    this.function = new NodeFunction<typeof ENVIRONMENT>(this, "Function", {
      location: props.location,
      key: props.key,
      logRetentionDays: props.logRetentionDays,
      name: props.name,
      description: "Merges small JSON objects into Parquet files and swaps them in, hour by hour",
      folder: "merge-small-files",
      timeoutSeconds: TIMEOUT_SECONDS,
      memoryMiB: 512,
      environment: {
        OLD_DATABASE: catalog.database.name,
        OLD_TABLE_NAME: catalog.raw.name,
        NEW_DATABASE: catalog.database.name,
        NEW_TABLE_NAME: catalog.parquet.name,
        WORK_GROUP: workgroup.resource.name,
        OLD_TABLE_LOCATION_PREFIX: lake.location("raw"),
        OUTPUT_PREFIX: lake.location("parquet"),
        STAGING_OUTPUT_PREFIX: lake.location("scratch"),
        STATE_PREFIX: lake.location("mergeState"),
        COLUMN_NAMES: glueColumns(props.contract.columns)
          .map(({ name }) => name)
          .join(","),
        LOOK_BACK_HOURS: String(props.lookBackHours),
        RAW_RETENTION_DAYS: String(props.rawRetentionDays),
        QUERIES_IN_FLIGHT: String(props.queriesInFlight),
      },
    });
    const { role } = this.function;
    lake.grant(role, {
      list: ["raw", "parquet", "mergeState", "scratch"],
      read: ["raw", "parquet", "mergeState", "scratch"],
      write: ["parquet", "mergeState", "scratch"],
      delete: ["parquet", "mergeState", "scratch"],
    });
    catalog.grantMerge(role);
    workgroup.grantQuery(role);

    new LambdaFunctionEventInvokeConfig(this, "AsynchronousInvocation", {
      functionName: this.function.resource.functionName,
      // No retries: the next run repairs a failed one.
      maximumRetryAttempts: 0,
      maximumEventAgeInSeconds: product(everyMinutes, 60),
    });
    this.schedule = new CloudwatchEventRule(this, "Schedule", {
      name: props.scheduleName,
      description: `Runs ${props.name} every ${everyMinutes} minutes`,
      scheduleExpression: rate(everyMinutes),
      state: "ENABLED",
    });
    new CloudwatchEventTarget(this, "Target", {
      rule: this.schedule.name,
      arn: this.function.arn,
    });
    new LambdaPermission(this, "Permission", {
      statementId: "Schedule",
      action: "lambda:InvokeFunction",
      functionName: this.function.resource.functionName,
      principal: "events.amazonaws.com",
      sourceArn: this.schedule.arn,
    });
  }
}

/** EventBridge refuses `1 minutes`: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html */
function rate(minutes: number): string {
  const unit = Token.isUnresolved(minutes)
    ? Token.asString(Fn.conditional(Op.eq(minutes, 1), "minute", "minutes"))
    : minutes === 1
      ? "minute"
      : "minutes";
  return `rate(${minutes} ${unit})`;
}
