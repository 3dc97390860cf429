"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Dashboard = void 0;
const cloudwatch_dashboard_1 = require("@cdktf/provider-aws/lib/cloudwatch-dashboard");
const constructs_1 = require("constructs");
const alarm_1 = require("./alarm");
/** The grid of a CloudWatch dashboard is 24 units wide. */
const WIDTH = 24;
const GRAPHS_A_ROW = 3;
const TEXT_HEIGHT = 2;
const GRAPH_HEIGHT = 6;
/** Number of alarms in a row, and the height of a row. */
const ALARMS_A_ROW = 6;
const ALARM_HEIGHT = 1;
/** An overview for incidents: the alarms on top, then the path of the data. */
class Dashboard extends constructs_1.Construct {
    resource;
    constructor(scope, id, props) {
        super(scope, id);
        const alarmsHeight = 1 + Math.ceil(props.alarms.length / ALARMS_A_ROW) * ALARM_HEIGHT;
        const text = {
            type: "text",
            ...{ x: 0, y: 0, width: WIDTH, height: TEXT_HEIGHT },
            properties: {
                markdown: `# ${props.name}\nWhat each alarm means and what to do: \`${alarm_1.RUNBOOK}\` of the repository.`,
            },
        };
        const alarms = {
            type: "alarm",
            ...{ x: 0, y: TEXT_HEIGHT, width: WIDTH, height: alarmsHeight },
            properties: { title: "Alarms", alarms: props.alarms.map(({ resource }) => resource.arn) },
        };
        const graphs = props.graphs.map((graph, index) => ({
            type: "metric",
            x: (index % GRAPHS_A_ROW) * (WIDTH / GRAPHS_A_ROW),
            y: TEXT_HEIGHT + alarmsHeight + Math.floor(index / GRAPHS_A_ROW) * GRAPH_HEIGHT,
            width: WIDTH / GRAPHS_A_ROW,
            height: GRAPH_HEIGHT,
            properties: {
                title: graph.title,
                region: props.region,
                view: "timeSeries",
                yAxis: { left: { label: graph.unit, showUnits: false, min: 0 } },
                metrics: Object.entries(graph.lines).map(([label, metric]) => line(label, metric)),
            },
        }));
        this.resource = new cloudwatch_dashboard_1.CloudwatchDashboard(this, "Dashboard", {
            dashboardName: props.name,
            dashboardBody: JSON.stringify({ widgets: [text, alarms, ...graphs] }),
        });
    }
}
exports.Dashboard = Dashboard;
/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
function line(label, { namespace, name, dimensions, statistic, periodSeconds }) {
    return [
        namespace,
        name,
        ...Object.entries(dimensions).flat(),
        { label, stat: statistic, period: periodSeconds },
    ];
}
