import { AthenaWorkgroup } from "@cdktf/provider-aws/lib/athena-workgroup";
import { Construct } from "constructs";
import type { IEncryptionKey } from "../security/encryption-key";
import type { ExecutionRole } from "../security/execution-role";
import type { Grantee } from "../security/role";
export interface WorkgroupProps {
    /** Physical name. */
    readonly name: string;
    readonly description: string;
    /** Where results go, such as `s3://bucket/athena-results/`. */
    readonly resultsLocation: string;
    readonly key: IEncryptionKey;
    /**
     * Whether these settings override the client's. If so, Athena refuses a CTAS with a location.
     */
    readonly enforced: boolean;
    /** Scan limit of a query, in GiB. @default no limit */
    readonly scanLimitGiB?: number;
    /** Whether destroy removes it with its named queries and history. */
    readonly disposable: boolean;
}
/** A workgroup of Athena: result location, encryption, and scan limit. */
export declare class Workgroup extends Construct {
    readonly resource: AthenaWorkgroup;
    /** @throws RangeError when the scan limit is not a whole number of GiB from 1. */
    constructor(scope: Construct, id: string, props: WorkgroupProps);
    /** Allows `role` to run queries here, read their results and stop them. */
    grantQuery(role: ExecutionRole): void;
    /** Allows `role` to query as a BI tool does: read the workgroup's settings, and fetch results in pages. */
    grantBrowse(role: Grantee): void;
}
