"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.QuickSight = void 0;
const quicksight_analysis_1 = require("@cdktf/provider-aws/lib/quicksight-analysis");
const quicksight_dashboard_1 = require("@cdktf/provider-aws/lib/quicksight-dashboard");
const quicksight_data_set_1 = require("@cdktf/provider-aws/lib/quicksight-data-set");
const quicksight_data_source_1 = require("@cdktf/provider-aws/lib/quicksight-data-source");
const constructs_1 = require("constructs");
const glue_columns_1 = require("../../contract/glue-columns");
const default_panels_1 = require("../../dashboards/default-panels");
const quick_sight_1 = require("../../dashboards/quick-sight");
const check_1 = require("../check");
const adopted_role_1 = require("../security/adopted-role");
/**
 * Permissions on each resource. QuickSight accepts these sets of actions and refuses others:
 * https://docs.aws.amazon.com/quicksight/latest/developerguide/share-dashboard.html
 */
const ACTIONS = {
    useDataSource: [
        "quicksight:DescribeDataSource",
        "quicksight:DescribeDataSourcePermissions",
        "quicksight:PassDataSource",
    ],
    useDataSet: [
        "quicksight:DescribeDataSet",
        "quicksight:DescribeDataSetPermissions",
        "quicksight:DescribeIngestion",
        "quicksight:ListIngestions",
        "quicksight:PassDataSet",
    ],
    changeAnalysis: [
        "quicksight:DeleteAnalysis",
        "quicksight:DescribeAnalysis",
        "quicksight:DescribeAnalysisPermissions",
        "quicksight:QueryAnalysis",
        "quicksight:RestoreAnalysis",
        "quicksight:UpdateAnalysis",
        "quicksight:UpdateAnalysisPermissions",
    ],
    seeDashboard: [
        "quicksight:DescribeDashboard",
        "quicksight:ListDashboardVersions",
        "quicksight:QueryDashboard",
    ],
};
/**
 * QuickSight's name of a catalog type, without the digits of a decimal:
 * https://docs.aws.amazon.com/quicksight/latest/APIReference/API_InputColumn.html
 */
const COLUMN_TYPES = {
    string: "STRING",
    int: "INTEGER",
    bigint: "INTEGER",
    double: "DECIMAL",
    decimal: "DECIMAL",
    boolean: "BOOLEAN",
    timestamp: "DATETIME",
};
/**
 * The batch layer in QuickSight: the lab's data source and data set on the raw table by direct query, one on the
 * merged table, and the panels on that as an analysis (for authors) and as a dashboard (for readers). The
 * subscription, its users and groups, and the service role belong to the account: see docs/serving.md.
 */
class QuickSight extends constructs_1.Construct {
    dataSource;
    dashboard;
    props;
    /** @throws RangeError when there are no principals, or naming each panel and field that is wrong */
    constructor(scope, id, props) {
        super(scope, id);
        this.props = props;
        (0, check_1.assertKnownLength)(this, "principals", props.principals);
        for (const { access } of props.principals)
            (0, check_1.assertLiteral)(this, "access of a principal", access);
        const { name, catalog, lake, workgroup, principals } = props;
        if (principals.length === 0) {
            throw new RangeError(`${this.node.path}: principals is empty; at least one is needed to see the dashboard`);
        }
        const role = new adopted_role_1.AdoptedRole(this, "ServiceRole", { roleName: props.serviceRoleName, policyName: name });
        const tables = [catalog.raw, catalog.parquet];
        catalog.grantRead(role, tables);
        workgroup.grantBrowse(role);
        lake.grant(role, {
            list: ["raw", "parquet", "results"],
            read: ["raw", "parquet", "results"],
            write: ["results"],
        });
        const { accountId: awsAccountId } = props.location;
        this.dataSource = new quicksight_data_source_1.QuicksightDataSource(this, "DataSource", {
            awsAccountId,
            dataSourceId: name,
            name,
            type: "ATHENA",
            parameters: { athena: { workGroup: workgroup.resource.name } },
            sslProperties: { disableSsl: false },
            permission: this.grants(ACTIONS.useDataSource, "author"),
            // QuickSight tests the connection when it creates the data source.
            dependsOn: [role.policy],
        });
        this.dataSet("Raw", `${name}-raw`, catalog.raw);
        const merged = this.dataSet("Parquet", `${name}-parquet`, catalog.parquet);
        const { contract } = props;
        const panels = (0, check_1.checkedPanels)(this, contract, props.panels ?? (0, default_panels_1.defaultPanels)(contract));
        const definition = (0, quick_sight_1.quickSightDefinition)(contract, panels, {
            dataSetArn: merged.arn,
            title: props.title ?? contract.name,
        });
        new quicksight_analysis_1.QuicksightAnalysis(this, "Analysis", {
            awsAccountId,
            analysisId: name,
            name,
            definition,
            // The next deploy would restore everything.
            recoveryWindowInDays: 7,
            permissions: this.grants(ACTIONS.changeAnalysis, "author"),
        });
        this.dashboard = new quicksight_dashboard_1.QuicksightDashboard(this, "Dashboard", {
            awsAccountId,
            dashboardId: name,
            name,
            definition,
            versionDescription: "From the panels",
            permissions: this.grants(ACTIONS.seeDashboard, "reader", "author"),
        });
    }
    dataSet(id, name, table) {
        const columns = [...(0, glue_columns_1.glueColumns)(this.props.contract.columns), ...(0, glue_columns_1.gluePartitionColumns)()];
        return new quicksight_data_set_1.QuicksightDataSet(this, `${id}DataSet`, {
            awsAccountId: this.props.location.accountId,
            dataSetId: name,
            name,
            importMode: "DIRECT_QUERY",
            physicalTableMap: [
                {
                    physicalTableMapId: "table",
                    relationalTable: {
                        dataSourceArn: this.dataSource.arn,
                        catalog: "AwsDataCatalog",
                        schema: this.props.catalog.database.name,
                        name: table.name,
                        inputColumns: columns.map(({ name, type }) => ({ name, type: columnType(name, type) })),
                    },
                },
            ],
            permissions: this.grants(ACTIONS.useDataSet, "author"),
        });
    }
    /** Permissions for those with one of these kinds of access. */
    grants(actions, ...access) {
        return this.props.principals
            .filter((principal) => access.includes(principal.access))
            .map((principal) => ({ principal: this.arnOf(principal), actions: [...actions] }));
    }
    arnOf({ kind, name }) {
        const { identityRegion, location } = this.props;
        return `arn:aws:quicksight:${identityRegion}:${location.accountId}:${kind}/default/${name}`;
    }
}
exports.QuickSight = QuickSight;
/** Longest name of a column in a data set: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_InputColumn.html */
const COLUMN_CHARACTERS = 127;
/** @throws Error for a type without a mapping, and for a name that is too long */
function columnType(name, type) {
    if (name.length > COLUMN_CHARACTERS) {
        throw new RangeError(`column ${name} has ${name.length} characters; QuickSight allows ${COLUMN_CHARACTERS}`);
    }
    const found = COLUMN_TYPES[type.replace(/\(.*/, "")];
    if (found === undefined)
        throw new Error(`QuickSight's type for column ${name}, a ${type}, is not known here`);
    return found;
}
