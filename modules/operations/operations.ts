import { Construct } from "constructs";
import { product, sum } from "../arithmetic";
import type { ILake } from "../batch/data-lake";
import { assertWholeNumber } from "../check";
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

/**
 * Ages of data at which alarms go off. They do not follow the retention of the stream: a longer retention is time to
 * repair, not time to notice.
 */
export interface AlarmAges {
  /** Hours that a consumer of the stream lags, fewer than the stream keeps a record. @default 6 */
  readonly consumerHours?: number;
  /** Minutes that Firehose holds a record, or reads behind the stream; 5 to 1440. @default 15 */
  readonly deliveryMinutes?: number;
  /** Minutes from a record's arrival to its indexing, 1 to 1440. @default 5 */
  readonly indexingMinutes?: number;
}

/** Subscribers to alarms, ages at which they go off, and the budget. */
export interface OperationsSettings {
  /** @default nobody */
  readonly alarmSubscriptions?: readonly AlarmSubscription[];
  /** @default 6 hours in the stream, 15 minutes to the lake, 5 minutes to the index */
  readonly alarmAges?: AlarmAges;
  /** @default 100 dollars a month for the account */
  readonly budget?: { readonly usdPerMonth: number; readonly costOf: BudgetScope };
}

export interface OperationsProps extends Omit<SystemProps, "keyDeletionDays" | "protected"> {
  /** Lake whose failed records alarm. */
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

const MINUTES_A_DAY = 24 * 60;

/** Alarms, a dashboard and a budget, which all notify one topic. */
export class Operations extends Construct {
  public readonly topic: AlarmTopic;
  public readonly alarms: readonly Alarm[];
  public readonly dashboard: Dashboard;

  /** @throws RangeError when there is no layer, the layers read two streams, or an age is out of its range */
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
    const ages = this.agesOf(stream, settings.alarmAges);
    const specs = [
      ...streamAlarms(stream, ages.consumerHours),
      ...(batch ? batchSpecs(batch, failedRecords, ages) : []),
      ...(speed ? speedSpecs(speed, failedRecords, ages, accountId) : []),
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

  private agesOf(stream: IEventStream, ages: AlarmAges = {}): Required<AlarmAges> {
    const {
      consumerHours = DEFAULTS.consumerAlarmHours,
      deliveryMinutes = DEFAULTS.deliveryAlarmMinutes,
      indexingMinutes = DEFAULTS.indexingAlarmMinutes,
    } = ages;
    assertWholeNumber(this, "alarmAges.consumerHours", consumerHours, 1, sum(stream.retentionHours, -1));
    assertWholeNumber(this, "alarmAges.deliveryMinutes", deliveryMinutes, 5, MINUTES_A_DAY);
    assertWholeNumber(this, "alarmAges.indexingMinutes", indexingMinutes, 1, MINUTES_A_DAY);
    return { consumerHours, deliveryMinutes, indexingMinutes };
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

function batchSpecs(
  batch: MonitoredBatchLayer,
  failedRecords: FailedRecordEvents,
  { deliveryMinutes }: Required<AlarmAges>,
): AlarmSpec[] {
  return [
    ...deliveryAlarms(batch.delivery, batch.stream, deliveryMinutes, failedRecords.objects("errors")),
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
  { indexingMinutes }: Required<AlarmAges>,
  accountId: string,
): AlarmSpec[] {
  return [
    ...functionAlarms("upsert-to-es", speed.upsertToEs, SUSTAINED),
    ...upsertAlarms(speed.upsertToEs, speed.stream, indexingMinutes, failedRecords.objects("onFailure")),
    ...functionAlarms("search-setup", speed.searchSetup, AT_ONCE),
    ...searchAlarms(speed.domain, accountId),
  ];
}
