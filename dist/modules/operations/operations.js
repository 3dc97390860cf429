"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Operations = void 0;
const constructs_1 = require("constructs");
const arithmetic_1 = require("../arithmetic");
const defaults_1 = require("../defaults");
const system_1 = require("../system");
const alarm_1 = require("./alarm");
const alarm_topic_1 = require("./alarm-topic");
const budget_1 = require("./budget");
const dashboard_1 = require("./dashboard");
const delivery_alarms_1 = require("./delivery-alarms");
const failed_record_events_1 = require("./failed-record-events");
const function_alarms_1 = require("./function-alarms");
const graphs_1 = require("./graphs");
const merge_alarms_1 = require("./merge-alarms");
const metric_1 = require("./metric");
const search_alarms_1 = require("./search-alarms");
const stream_alarms_1 = require("./stream-alarms");
/** Three periods of five minutes: a fault that repairs itself meanwhile raises no alarm. */
const SUSTAINED = { datapointsToAlarm: 3, evaluationPeriods: 3 };
/** For functions that run once and are not retried. */
const AT_ONCE = { datapointsToAlarm: 1, evaluationPeriods: 1 };
/** Alarms, a dashboard and a budget, which all notify one topic. */
class Operations extends constructs_1.Construct {
    topic;
    alarms;
    dashboard;
    /** @throws RangeError when there is no layer, or the layers read two streams */
    constructor(scope, id, props) {
        super(scope, id);
        const { batch, speed, lake, settings = {}, key = lake.key } = props;
        const { prefix, location, names, logRetentionDays } = (0, system_1.systemOf)(this, props);
        const { accountId } = location;
        const stream = this.streamOf(batch, speed);
        this.topic = new alarm_topic_1.AlarmTopic(this, "Topic", {
            name: names.alarmTopic,
            location,
            alarmPrefix: names.alarms,
            subscriptions: settings.alarmSubscriptions ?? [],
            key,
        });
        const failedRecords = new failed_record_events_1.FailedRecordEvents(this, "LeftBehind", {
            name: names.failedRecordEvents,
            logGroupName: names.failedRecordLogGroup,
            location,
            lake,
            zones: [...(batch ? ["errors"] : []), ...(speed ? ["onFailure"] : [])],
            key,
            logRetentionDays,
        });
        const specs = [
            ...(0, stream_alarms_1.streamAlarms)(stream),
            ...(batch ? batchSpecs(batch, failedRecords) : []),
            ...(speed ? speedSpecs(speed, failedRecords, accountId) : []),
        ];
        this.alarms = specs.map((spec) => new alarm_1.Alarm(this, (0, alarm_1.alarmId)(spec), { spec, prefix: names.alarms, topic: this.topic }));
        this.dashboard = new dashboard_1.Dashboard(this, "Dashboard", {
            name: names.dashboard,
            region: location.region,
            alarms: this.alarms,
            graphs: [
                ...(0, graphs_1.streamGraphs)(stream),
                ...(batch ? (0, graphs_1.batchGraphs)(batch) : []),
                ...(speed ? (0, graphs_1.speedGraphs)(speed, accountId) : []),
            ],
        });
        new budget_1.Budget(this, "Budget", {
            name: names.budget,
            ...(settings.budget ?? { usdPerMonth: defaults_1.DEFAULTS.usdPerMonth, costOf: "account" }),
            environmentName: prefix,
            topic: this.topic,
        });
    }
    streamOf(batch, speed) {
        const stream = batch?.stream ?? speed?.stream;
        if (!stream)
            throw new RangeError(`${this.node.path}: neither batch nor speed is set; at least one is`);
        if (speed && speed.stream !== stream) {
            throw new RangeError(`${this.node.path}: batch and speed read two streams; each needs Operations of its own`);
        }
        return stream;
    }
}
exports.Operations = Operations;
function batchSpecs(batch, failedRecords) {
    return [
        ...(0, delivery_alarms_1.deliveryAlarms)(batch.delivery, batch.stream, failedRecords.objects("errors")),
        ...(0, function_alarms_1.functionAlarms)("validate-records", batch.validateRecords, SUSTAINED),
        ...(0, function_alarms_1.validateAlarms)(batch.validateRecords),
        ...(0, function_alarms_1.functionAlarms)("merge-small-files", batch.mergeSmallFiles, SUSTAINED, (0, arithmetic_1.product)(batch.mergeEveryMinutes, metric_1.MINUTE)),
        ...(0, merge_alarms_1.mergeAlarms)(batch.mergeSmallFiles, batch.mergeEveryMinutes),
    ];
}
function speedSpecs(speed, failedRecords, accountId) {
    return [
        ...(0, function_alarms_1.functionAlarms)("upsert-to-es", speed.upsertToEs, SUSTAINED),
        ...(0, function_alarms_1.upsertAlarms)(speed.upsertToEs, speed.stream, failedRecords.objects("onFailure")),
        ...(0, function_alarms_1.functionAlarms)("search-setup", speed.searchSetup, AT_ONCE),
        ...(0, search_alarms_1.searchAlarms)(speed.domain, accountId),
    ];
}
