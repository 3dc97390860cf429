import { GlueCatalogDatabase } from "@cdktf/provider-aws/lib/glue-catalog-database";
import { GlueCatalogTable } from "@cdktf/provider-aws/lib/glue-catalog-table";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import type { Location } from "../location";
import type { ExecutionRole } from "../security/execution-role";
import type { Grantee } from "../security/role";
import type { ILake } from "./data-lake";
export interface CatalogProps {
    /** What a record is. */
    readonly contract: Contract;
    /** Physical name of the database: lower-case letters, digits and underscores. */
    readonly databaseName: string;
    readonly lake: ILake;
    readonly location: Location;
    /** Whether the tables refuse to be destroyed: the partitions and their digests are not in Terraform. */
    readonly protected: boolean;
}
/**
 * The tables of the lake. Partitions are not defined here: MergeSmallFiles registers those of the raw table ahead of
 * time, and those of the Parquet table with each merge.
 */
export declare class Catalog extends Construct {
    readonly database: GlueCatalogDatabase;
    readonly raw: GlueCatalogTable;
    readonly parquet: GlueCatalogTable;
    readonly quarantine: GlueCatalogTable;
    private readonly arnPrefix;
    private readonly props;
    /** @throws RangeError when a table has the name of a merge's temporary tables. */
    constructor(scope: Construct, id: string, props: CatalogProps);
    /**
     * Allows `role` to merge: read the tables, register, swap and drop partitions (those of the raw table only), and create
     * and drop its temporary tables.
     */
    grantMerge(role: ExecutionRole): void;
    /** Allows `role` to query the tables that `tables` names. */
    grantRead(role: Grantee, tables: readonly GlueCatalogTable[]): void;
    private table;
    private lifecycle;
}
