import { Construct } from "constructs";
import { product } from "../arithmetic";
import type { ILake } from "../batch/data-lake";
import type { IEventStream } from "../ingest/event-stream";
import type { Location } from "../location";
import type { IEncryptionKey } from "../security/encryption-key";
import { Alarm, type AlarmSpec, alarmId } from "./alarm";
import { type AlarmSubscription, AlarmTopic } from "./alarm-topic";
import { Budget, type BudgetScope } from "./budget";
import { Dashboard } from "./dashboard";
import { deliveryAlarms } from "./delivery-alarms";
import { FailedRecordEvents } from "./failed-record-events";
import { functionAlarms, upsertAlarms, validateAlarms } from "./function-alarms";
import { batchGraphs, speedGraphs } from "./graphs";
import { mergeAlarms } from "./merge-alarms";
import { MINUTE } from "./metric";
import type { MonitoredBatchLayer, MonitoredSpeedLayer } from "./monitored";
import { searchAlarms } from "./search-alarms";
import { streamAlarms } from "./stream-alarms";

/** Physical names. */
interface OperationsNames {
  readonly alarmTopic: string;
  /** First part of the names of the alarms. */
  readonly alarms: string;
  readonly dashboard: string;
  readonly budget: string;
  /** First part of the names of the rules about failed records. */
  readonly failedRecordEvents: string;
  readonly failedRecordLogGroup: string;
}

/** Subscribers to alarms, and the budget. */
export interface OperationsSettings {
  readonly alarmSubscriptions: readonly AlarmSubscription[];
  readonly budget: { readonly usdPerMonth: number; readonly costOf: BudgetScope };
}

export interface OperationsProps {
  readonly environmentName: string;
  readonly location: Location;
  readonly names: OperationsNames;
  readonly settings: OperationsSettings;
  readonly lake: ILake;
  readonly batch: MonitoredBatchLayer;
  /** @default there is no speed layer */
  readonly speed?: MonitoredSpeedLayer;
  readonly key: IEncryptionKey;
  readonly logRetentionDays: number;
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

  public constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id);
    const { batch, speed, location, names, settings } = props;
    const { accountId } = location;
    this.topic = new AlarmTopic(this, "Topic", {
      name: names.alarmTopic,
      location,
      alarmPrefix: names.alarms,
      subscriptions: settings.alarmSubscriptions,
      key: props.key,
    });
    const failedRecords = new FailedRecordEvents(this, "LeftBehind", {
      name: names.failedRecordEvents,
      logGroupName: names.failedRecordLogGroup,
      location,
      lake: props.lake,
      zones: speed ? ["errors", "onFailure"] : ["errors"],
      key: props.key,
      logRetentionDays: props.logRetentionDays,
    });
    const specs = [
      ...batchSpecs(batch, failedRecords),
      ...(speed ? speedSpecs(speed, batch.stream, failedRecords, accountId) : []),
    ];
    this.alarms = specs.map(
      (spec) => new Alarm(this, alarmId(spec), { spec, prefix: names.alarms, topic: this.topic }),
    );
    this.dashboard = new Dashboard(this, "Dashboard", {
      name: names.dashboard,
      region: location.region,
      alarms: this.alarms,
      graphs: [...batchGraphs(batch), ...(speed ? speedGraphs(speed, accountId) : [])],
    });
    new Budget(this, "Budget", {
      name: names.budget,
      ...settings.budget,
      environmentName: props.environmentName,
      topic: this.topic,
    });
  }
}

function batchSpecs(batch: MonitoredBatchLayer, failedRecords: FailedRecordEvents): AlarmSpec[] {
  return [
    ...streamAlarms(batch.stream, batch.streamRetentionHours),
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
  stream: IEventStream,
  failedRecords: FailedRecordEvents,
  accountId: string,
): AlarmSpec[] {
  return [
    ...functionAlarms("upsert-to-es", speed.upsertToEs, SUSTAINED),
    ...upsertAlarms(speed.upsertToEs, stream, failedRecords.objects("onFailure")),
    ...functionAlarms("search-setup", speed.searchSetup, AT_ONCE),
    ...searchAlarms(speed.domain, accountId),
  ];
}
