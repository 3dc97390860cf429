import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { Construct } from "constructs";
import type { Alarm } from "./alarm";
import type { Metric } from "./metric";
/** A graph over time. */
export interface Graph {
    readonly title: string;
    /** Unit shown on the axis. */
    readonly unit: string;
    /** Metrics by their names in the legend. */
    readonly lines: Readonly<Record<string, Metric>>;
}
export interface DashboardProps {
    /** Physical name. */
    readonly name: string;
    readonly region: string;
    /** Shown on top, with their states. */
    readonly alarms: readonly Alarm[];
    readonly graphs: readonly Graph[];
}
/** An overview for incidents: the alarms on top, then the path of the data. */
export declare class Dashboard extends Construct {
    readonly resource: CloudwatchDashboard;
    constructor(scope: Construct, id: string, props: DashboardProps);
}
