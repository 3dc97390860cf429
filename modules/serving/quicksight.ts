import type { GlueCatalogTable } from "@cdktf/provider-aws/lib/glue-catalog-table";
import { QuicksightAnalysis } from "@cdktf/provider-aws/lib/quicksight-analysis";
import { QuicksightDashboard } from "@cdktf/provider-aws/lib/quicksight-dashboard";
import { QuicksightDataSet } from "@cdktf/provider-aws/lib/quicksight-data-set";
import { QuicksightDataSource } from "@cdktf/provider-aws/lib/quicksight-data-source";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import { glueColumns, gluePartitionColumns } from "../../contract/glue-columns";
import { defaultPanels } from "../../dashboards/default-panels";
import { quickSightDefinition } from "../../dashboards/quick-sight";
import type { Panel } from "../../dashboards/spec";
import type { Catalog } from "../batch/catalog";
import type { ILake } from "../batch/data-lake";
import type { Workgroup } from "../batch/workgroup";
import { assertKnownLength, assertLiteral, checkedPanels } from "../check";
import type { Location } from "../location";
import { AdoptedRole } from "../security/adopted-role";

/** A user or a group of QuickSight, of the namespace `default`. */
export interface QuickSightPrincipal {
  /** Whether the name is a user's or a group's. */
  readonly kind: "user" | "group";
  /** Name in QuickSight; for a user who signs in by a role, `role/session`. */
  readonly name: string;
  /** `reader`: reads the dashboard. `author`: also edits the analysis and uses the data sets. */
  readonly access: "reader" | "author";
}

export interface QuickSightProps {
  /** What a record is. */
  readonly contract: Contract;
  /** Physical name of the data source; ids and names of everything else begin with it. */
  readonly name: string;
  /** Account and region that names and ARNs are made of. */
  readonly location: Location;
  /** Identity region of the account's QuickSight users. */
  readonly identityRegion: string;
  /** Name of QuickSight's service role, without its path. */
  readonly serviceRoleName: string;
  /** Lake that QuickSight reads. */
  readonly lake: ILake;
  /** Tables of the data sets. */
  readonly catalog: Catalog;
  /** Athena workgroup of its queries. */
  readonly workgroup: Workgroup;
  /** At least one, because without principals nobody can open the dashboard. */
  readonly principals: readonly QuickSightPrincipal[];
  /** The visuals. @default the contract's default panels */
  readonly panels?: readonly Panel[];
  /** Name of the sheet. @default the contract's name */
  readonly title?: string;
}

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
} as const;

/**
 * QuickSight's name of a catalog type, without the digits of a decimal:
 * https://docs.aws.amazon.com/quicksight/latest/APIReference/API_InputColumn.html
 */
const COLUMN_TYPES: Readonly<Record<string, string>> = {
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
export class QuickSight extends Construct {
  public readonly dataSource: QuicksightDataSource;
  public readonly dashboard: QuicksightDashboard;
  private readonly props: QuickSightProps;

  /** @throws RangeError when there are no principals, or naming each panel and field that is wrong */
  public constructor(scope: Construct, id: string, props: QuickSightProps) {
    super(scope, id);
    this.props = props;
    assertKnownLength(this, "principals", props.principals);
    for (const { access } of props.principals) assertLiteral(this, "access of a principal", access);
    const { name, catalog, lake, workgroup, principals } = props;
    if (principals.length === 0) {
      throw new RangeError(
        `${this.node.path}: principals is empty; at least one is needed to see the dashboard`,
      );
    }
    const role = new AdoptedRole(this, "ServiceRole", { roleName: props.serviceRoleName, policyName: name });
    const tables = [catalog.raw, catalog.parquet];
    catalog.grantRead(role, tables);
    workgroup.grantBrowse(role);
    lake.grant(role, {
      list: ["raw", "parquet", "results"],
      read: ["raw", "parquet", "results"],
      write: ["results"],
    });

    const { accountId: awsAccountId } = props.location;
    this.dataSource = new QuicksightDataSource(this, "DataSource", {
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
    const panels = checkedPanels(this, contract, props.panels ?? defaultPanels(contract));
    const definition = quickSightDefinition(contract, panels, {
      dataSetArn: merged.arn,
      title: props.title ?? contract.name,
    });
    new QuicksightAnalysis(this, "Analysis", {
      awsAccountId,
      analysisId: name,
      name,
      definition,
      // The next deploy would restore everything.
      recoveryWindowInDays: 7,
      permissions: this.grants(ACTIONS.changeAnalysis, "author"),
    });
    this.dashboard = new QuicksightDashboard(this, "Dashboard", {
      awsAccountId,
      dashboardId: name,
      name,
      definition,
      versionDescription: "From the panels",
      permissions: this.grants(ACTIONS.seeDashboard, "reader", "author"),
    });
  }

  private dataSet(id: string, name: string, table: GlueCatalogTable): QuicksightDataSet {
    const columns = [...glueColumns(this.props.contract.columns), ...gluePartitionColumns()];
    return new QuicksightDataSet(this, `${id}DataSet`, {
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
  private grants(actions: readonly string[], ...access: readonly QuickSightPrincipal["access"][]) {
    return this.props.principals
      .filter((principal) => access.includes(principal.access))
      .map((principal) => ({ principal: this.arnOf(principal), actions: [...actions] }));
  }

  private arnOf({ kind, name }: QuickSightPrincipal): string {
    const { identityRegion, location } = this.props;
    return `arn:aws:quicksight:${identityRegion}:${location.accountId}:${kind}/default/${name}`;
  }
}

/** Longest name of a column in a data set: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_InputColumn.html */
const COLUMN_CHARACTERS = 127;

/** @throws Error for a type without a mapping, and for a name that is too long */
function columnType(name: string, type: string): string {
  if (name.length > COLUMN_CHARACTERS) {
    throw new RangeError(
      `column ${name} has ${name.length} characters; QuickSight allows ${COLUMN_CHARACTERS}`,
    );
  }
  const found = COLUMN_TYPES[type.replace(/\(.*/, "")];
  if (found === undefined)
    throw new Error(`QuickSight's type for column ${name}, a ${type}, is not known here`);
  return found;
}
