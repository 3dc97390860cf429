import { GlueCatalogDatabase } from "@cdktf/provider-aws/lib/glue-catalog-database";
import { GlueCatalogTable } from "@cdktf/provider-aws/lib/glue-catalog-table";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import { type GlueColumn, glueColumns, gluePartitionColumns } from "../../contract/glue-columns";
import { QUARANTINE_COLUMNS } from "../../contract/quarantine";
import { assertLiteral } from "../check";
import type { Location } from "../location";
import { TEMPORARY_TABLE_PREFIX } from "../naming";
import type { ExecutionRole } from "../security/execution-role";
import type { Grantee } from "../security/role";
import type { ILake } from "./data-lake";
import type { Zone } from "./zones";

export interface CatalogProps {
  /** What a record is. */
  readonly contract: Contract;
  /** Physical name of the database: lower-case letters, digits and underscores. */
  readonly databaseName: string;
  /** Lake that holds the objects of the tables. */
  readonly lake: ILake;
  /** Account and region that names and ARNs are made of. */
  readonly location: Location;
  /** Whether the tables refuse to be destroyed: the partitions and their digests are not in Terraform. */
  readonly protected: boolean;
}

interface Format {
  readonly classification: string;
  readonly serializer: string;
  readonly input: string;
  readonly output: string;
}

const JSON_LINES: Format = {
  classification: "json",
  serializer: "org.openx.data.jsonserde.JsonSerDe",
  input: "org.apache.hadoop.mapred.TextInputFormat",
  output: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
};

const PARQUET: Format = {
  classification: "parquet",
  serializer: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
  input: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
  output: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
};

/**
 * The tables of the lake. Partitions are not defined here: MergeSmallFiles registers those of the raw table ahead of
 * time, and those of the Parquet table with each merge.
 */
export class Catalog extends Construct {
  public readonly database: GlueCatalogDatabase;
  public readonly raw: GlueCatalogTable;
  public readonly parquet: GlueCatalogTable;
  public readonly quarantine: GlueCatalogTable;
  private readonly arnPrefix: string;
  private readonly props: CatalogProps;

  /** @throws RangeError when a table has the name of a merge's temporary tables. */
  public constructor(scope: Construct, id: string, props: CatalogProps) {
    super(scope, id);
    assertLiteral(this, "protected", props.protected);
    this.props = props;
    const { name, columns, tables } = props.contract;
    for (const table of Object.values(tables)) {
      if (!table.startsWith(TEMPORARY_TABLE_PREFIX)) continue;
      throw new RangeError(
        `${this.node.path}: the contract's table "${table}" begins with ${TEMPORARY_TABLE_PREFIX}; a merge may delete such tables`,
      );
    }
    this.arnPrefix = `arn:aws:glue:${props.location.region}:${props.location.accountId}`;
    this.database = new GlueCatalogDatabase(this, "Database", {
      name: props.databaseName,
      description: `Records of ${name}: raw, merged and refused`,
      ...this.lifecycle(),
    });
    this.raw = this.table("Raw", {
      name: tables.raw,
      description: "Records as delivered; a line may occur more than once, with the same record_id",
      zone: "raw",
      format: JSON_LINES,
      columns: glueColumns(columns),
      partitions: gluePartitionColumns(),
    });
    this.parquet = this.table("Parquet", {
      name: tables.merged,
      description: "Records merged, each once",
      zone: "parquet",
      format: PARQUET,
      columns: glueColumns(columns),
      partitions: gluePartitionColumns(),
    });
    this.quarantine = this.table("Quarantine", {
      name: tables.quarantine,
      description: "Lines that a layer refused; count a record_id once",
      zone: "quarantine",
      format: JSON_LINES,
      columns: QUARANTINE_COLUMNS,
      partitions: [],
    });
  }

  /**
   * Allows `role` to merge: read the tables, register, swap and drop partitions (those of the raw table only), and create
   * and drop its temporary tables.
   */
  public grantMerge(role: ExecutionRole): void {
    const catalog = `${this.arnPrefix}:catalog`;
    const tables = [this.raw.arn, this.parquet.arn];
    const temporary = `${this.arnPrefix}:table/${this.database.name}/${TEMPORARY_TABLE_PREFIX}*`;
    role.allow({
      sid: "ReadCatalog",
      actions: [
        "glue:BatchGetPartition",
        "glue:GetDatabase",
        "glue:GetPartition",
        "glue:GetPartitions",
        "glue:GetTable",
        "glue:GetTables",
      ],
      resources: [catalog, this.database.arn, ...tables, temporary],
    });
    role.allow({
      sid: "SwapPartitions",
      actions: ["glue:BatchCreatePartition", "glue:CreatePartition", "glue:UpdatePartition"],
      resources: [catalog, this.database.arn, ...tables],
    });
    role.allow({
      sid: "DropExpiredPartitions",
      actions: ["glue:BatchDeletePartition"],
      resources: [catalog, this.database.arn, this.raw.arn],
    });
    role.allow({
      sid: "MakeTemporaryTables",
      actions: ["glue:CreateTable", "glue:DeleteTable"],
      resources: [catalog, this.database.arn, temporary],
    });
    // Athena reads the account's default database before it runs any statement, and creates it if it is
    // missing: https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
    role.allow({
      sid: "FindDefaultDatabase",
      actions: ["glue:CreateDatabase", "glue:GetDatabase"],
      resources: [catalog, `${this.arnPrefix}:database/default`],
    });
  }

  /** Allows `role` to query the tables that `tables` names. */
  public grantRead(role: Grantee, tables: readonly GlueCatalogTable[]): void {
    role.allow({
      sid: "ReadTables",
      actions: [
        "glue:GetDatabase",
        "glue:GetDatabases",
        "glue:GetPartition",
        "glue:GetPartitions",
        "glue:GetTable",
        "glue:GetTables",
      ],
      resources: [`${this.arnPrefix}:catalog`, this.database.arn, ...tables.map(({ arn }) => arn)],
    });
  }

  private table(
    id: string,
    table: {
      readonly name: string;
      readonly description: string;
      readonly zone: Zone;
      readonly format: Format;
      readonly columns: readonly GlueColumn[];
      readonly partitions: readonly GlueColumn[];
    },
  ): GlueCatalogTable {
    const { format } = table;
    return new GlueCatalogTable(this, id, {
      databaseName: this.database.name,
      name: table.name,
      description: table.description,
      tableType: "EXTERNAL_TABLE",
      parameters: { EXTERNAL: "TRUE", classification: format.classification },
      partitionKeys: [...table.partitions],
      storageDescriptor: {
        location: this.props.lake.location(table.zone),
        inputFormat: format.input,
        outputFormat: format.output,
        columns: [...table.columns],
        serDeInfo: { serializationLibrary: format.serializer },
      },
      ...this.lifecycle(),
    });
  }

  private lifecycle() {
    return this.props.protected ? { lifecycle: { preventDestroy: true } } : {};
  }
}
