"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Catalog = void 0;
const glue_catalog_database_1 = require("@cdktf/provider-aws/lib/glue-catalog-database");
const glue_catalog_table_1 = require("@cdktf/provider-aws/lib/glue-catalog-table");
const constructs_1 = require("constructs");
const glue_columns_1 = require("../../contract/glue-columns");
const quarantine_1 = require("../../contract/quarantine");
const check_1 = require("../check");
const naming_1 = require("../naming");
const JSON_LINES = {
    classification: "json",
    serializer: "org.openx.data.jsonserde.JsonSerDe",
    input: "org.apache.hadoop.mapred.TextInputFormat",
    output: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
};
const PARQUET = {
    classification: "parquet",
    serializer: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    input: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    output: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
};
/**
 * The tables of the lake. Partitions are not defined here: MergeSmallFiles registers those of the raw table ahead of
 * time, and those of the Parquet table with each merge.
 */
class Catalog extends constructs_1.Construct {
    database;
    raw;
    parquet;
    quarantine;
    arnPrefix;
    props;
    /** @throws RangeError when a table has the name of a merge's temporary tables. */
    constructor(scope, id, props) {
        super(scope, id);
        (0, check_1.assertLiteral)(this, "protected", props.protected);
        this.props = props;
        const { name, columns, tables } = props.contract;
        for (const table of Object.values(tables)) {
            if (!table.startsWith(naming_1.TEMPORARY_TABLE_PREFIX))
                continue;
            throw new RangeError(`${this.node.path}: the contract's table "${table}" begins with ${naming_1.TEMPORARY_TABLE_PREFIX}; a merge may delete such tables`);
        }
        this.arnPrefix = `arn:aws:glue:${props.location.region}:${props.location.accountId}`;
        this.database = new glue_catalog_database_1.GlueCatalogDatabase(this, "Database", {
            name: props.databaseName,
            description: `Records of ${name}: raw, merged and refused`,
            ...this.lifecycle(),
        });
        this.raw = this.table("Raw", {
            name: tables.raw,
            description: "Records as delivered; a line may occur more than once, with the same record_id",
            zone: "raw",
            format: JSON_LINES,
            columns: (0, glue_columns_1.glueColumns)(columns),
            partitions: (0, glue_columns_1.gluePartitionColumns)(),
        });
        this.parquet = this.table("Parquet", {
            name: tables.merged,
            description: "Records merged, each once",
            zone: "parquet",
            format: PARQUET,
            columns: (0, glue_columns_1.glueColumns)(columns),
            partitions: (0, glue_columns_1.gluePartitionColumns)(),
        });
        this.quarantine = this.table("Quarantine", {
            name: tables.quarantine,
            description: "Lines that a layer refused; count a record_id once",
            zone: "quarantine",
            format: JSON_LINES,
            columns: quarantine_1.QUARANTINE_COLUMNS,
            partitions: [],
        });
    }
    /**
     * Allows `role` to merge: read the tables, register, swap and drop partitions (those of the raw table only), and create
     * and drop its temporary tables.
     */
    grantMerge(role) {
        const catalog = `${this.arnPrefix}:catalog`;
        const tables = [this.raw.arn, this.parquet.arn];
        const temporary = `${this.arnPrefix}:table/${this.database.name}/${naming_1.TEMPORARY_TABLE_PREFIX}*`;
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
    grantRead(role, tables) {
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
    table(id, table) {
        const { format } = table;
        return new glue_catalog_table_1.GlueCatalogTable(this, id, {
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
    lifecycle() {
        return this.props.protected ? { lifecycle: { preventDestroy: true } } : {};
    }
}
exports.Catalog = Catalog;
