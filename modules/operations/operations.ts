import { Construct } from "constructs";
import { product } from "../arithmetic";
import type { ILake } from "../batch/data-lake";
import { DEFAULTS } from "../defaults";
import type { IEventStream } from "../ingest/event-stream";
import type { IEncryptionKey } from "../security/encryption-key";
import { type SystemProps, systemOf } from "../system";
import { Alarm, type AlarmSpec, alarmId } from "./alarm";
import { type AlarmSubscription, AlarmTopic } from "./alarm-topic";
import { Budget, type BudgetScope } from "./budget";
import { Dashboard } from "./dashboard";
import { deliveryAlarms } from "./delivery-alarms";
import { FailedRecordEvents } from "./failed-record-events";
import { functionAlarms, upsertAlarms, validateAlarms } from "./function-alarms";
import { batchGraphs, speedGraphs, streamGraphs } from "./graphs";
import { mergeAlarms } from "./merge-alarms";
import { MINUTE } from "./metric";
import type { MonitoredBatchLayer, MonitoredSpeedLayer } from "./monitored";
import { searchAlarms } from "./search-alarms";
import { streamAlarms } from "./stream-alarms";

/** Subscribers to alarms, and the budget. */
export interface OperationsSettings {
  /** @default nobody */
  readonly alarmSubscriptions?: readonly AlarmSubscription[];
  /** @default 100 dollars a month for the account */
  readonly budget?: { readonly usdPerMonth: number; readonly costOf: BudgetScope };
}

export interface OperationsProps extends Omit<SystemProps, "keyDeletionDays" | "protected"> {
  readonly lake: ILake;
  /** @default there is no batch layer */
  readonly batch?: MonitoredBatchLayer;
  /** @default there is no speed layer */
  readonly speed?: MonitoredSpeedLayer;
  /** Encrypts topic and logs. @default the lake's */
  readonly key?: IEncryptionKey;
  /** @default nobody is told of alarms; a budget of 100 dollars a month */
  readonly settings?: OperationsSettings;
}

/** Three periods of five minutes: a fault that repairs itself meanwhile raises no alarm. */
const SUSTAINED = { datapointsToAlarm: 3, evaluationPeriods: 3 } as const;
/** For functions that run once and are not retried. */
const AT_ONCE = { datapointsToAlarm: 1, evaluationPeriods: 1 } as const;

/** Alarms, a dashboard and a budget, which all notify one topic. */
export class Operations extends Construct {
  public readonly topic: AlarmTopic;
  public readonly alarms: readonly Alarm[];
  public readonly dashboard: Dashboard;

  /** @throws RangeError when there is no layer, or the layers read two streams */
  public constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id);
    const { batch, speed, lake, settings = {}, key = lake.key } = props;
    const { prefix, location, names, logRetentionDays } = systemOf(this, props);
    const { accountId } = location;
    const stream = this.streamOf(batch, speed);
    this.topic = new AlarmTopic(this, "Topic", {
      name: names.alarmTopic,
      location,
      alarmPrefix: names.alarms,
      subscriptions: settings.alarmSubscriptions ?? [],
      key,
    });
    const failedRecords = new FailedRecordEvents(this, "LeftBehind", {
      name: names.failedRecordEvents,
      logGroupName: names.failedRecordLogGroup,
      location,
      lake,
      zones: [...(batch ? (["errors"] as const) : []), ...(speed ? (["onFailure"] as const) : [])],
      key,
      logRetentionDays,
    });
    const specs = [
      ...streamAlarms(stream),
      ...(batch ? batchSpecs(batch, failedRecords) : []),
      ...(speed ? speedSpecs(speed, failedRecords, accountId) : []),
    ];
    this.alarms = specs.map(
      (spec) => new Alarm(this, alarmId(spec), { spec, prefix: names.alarms, topic: this.topic }),
    );
    this.dashboard = new Dashboard(this, "Dashboard", {
      name: names.dashboard,
      region: location.region,
      alarms: this.alarms,
      graphs: [
        ...streamGraphs(stream),
        ...(batch ? batchGraphs(batch) : []),
        ...(speed ? speedGraphs(speed, accountId) : []),
      ],
    });
    new Budget(this, "Budget", {
      name: names.budget,
      ...(settings.budget ?? { usdPerMonth: DEFAULTS.usdPerMonth, costOf: "account" }),
      environmentName: prefix,
      topic: this.topic,
    });
  }

  private streamOf(batch?: MonitoredBatchLayer, speed?: MonitoredSpeedLayer): IEventStream {
    const stream = batch?.stream ?? speed?.stream;
    if (!stream) throw new RangeError(`${this.node.path}: neither batch nor speed is set; at least one is`);
    if (speed && speed.stream !== stream) {
      throw new RangeError(
        `${this.node.path}: batch and speed read two streams; each needs Operations of its own`,
      );
    }
    return stream;
  }
}

function batchSpecs(batch: MonitoredBatchLayer, failedRecords: FailedRecordEvents): AlarmSpec[] {
  return [
    ...deliveryAlarms(batch.delivery, batch.stream, failedRecords.objects("errors")),
    ...functionAlarms("validate-records", batch.validateRecords, SUSTAINED),
    ...validateAlarms(batch.validateRecords),
    ...functionAlarms(
      "merge-small-files",
      batch.mergeSmallFiles,
      SUSTAINED,
      product(batch.mergeEveryMinutes, MINUTE),
    ),
    ...mergeAlarms(batch.mergeSmallFiles, batch.mergeEveryMinutes),
  ];
}

function speedSpecs(
  speed: MonitoredSpeedLayer,
  failedRecords: FailedRecordEvents,
  accountId: string,
): AlarmSpec[] {
  return [
    ...functionAlarms("upsert-to-es", speed.upsertToEs, SUSTAINED),
    ...upsertAlarms(speed.upsertToEs, speed.stream, failedRecords.objects("onFailure")),
    ...functionAlarms("search-setup", speed.searchSetup, AT_ONCE),
    ...searchAlarms(speed.domain, accountId),
  ];
}
