import { AthenaWorkgroup } from "@cdktf/provider-aws/lib/athena-workgroup";
import { Construct } from "constructs";
import { product } from "../arithmetic";
import { assertLiteral, assertWholeNumber } from "../check";
import type { IEncryptionKey } from "../security/encryption-key";
import type { ExecutionRole } from "../security/execution-role";
import type { Grantee } from "../security/role";

export interface WorkgroupProps {
  /** Physical name. */
  readonly name: string;
  /** What the workgroup is for, as Athena's console shows it. */
  readonly description: string;
  /** Where results go, such as `s3://bucket/athena-results/`. */
  readonly resultsLocation: string;
  /** Key that encrypts the results. */
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

const GIB = 1024 ** 3;

/** A workgroup of Athena: result location, encryption, and scan limit. */
export class Workgroup extends Construct {
  public readonly resource: AthenaWorkgroup;

  /** @throws RangeError when the scan limit is not a whole number of GiB from 1. */
  public constructor(scope: Construct, id: string, props: WorkgroupProps) {
    super(scope, id);
    assertLiteral(this, "enforced", props.enforced);
    assertLiteral(this, "disposable", props.disposable);
    if (props.scanLimitGiB !== undefined) {
      assertWholeNumber(this, "scanLimitGiB", props.scanLimitGiB, 1, 1_000_000);
    }
    this.resource = new AthenaWorkgroup(this, "Workgroup", {
      name: props.name,
      description: props.description,
      configuration: {
        enforceWorkgroupConfiguration: props.enforced,
        publishCloudwatchMetricsEnabled: true,
        engineVersion: { selectedEngineVersion: "Athena engine version 3" },
        resultConfiguration: {
          outputLocation: props.resultsLocation,
          encryptionConfiguration: { encryptionOption: "SSE_KMS", kmsKeyArn: props.key.arn },
        },
        ...(props.scanLimitGiB !== undefined && {
          bytesScannedCutoffPerQuery: product(props.scanLimitGiB, GIB),
        }),
      },
      forceDestroy: props.disposable,
    });
  }

  /** Allows `role` to run queries here, read their results and stop them. */
  public grantQuery(role: ExecutionRole): void {
    role.allow({
      sid: "RunQueries",
      actions: ["athena:GetQueryExecution", "athena:GetQueryResults", "athena:StartQueryExecution"],
      resources: [this.resource.arn],
    });
  }

  /** Allows `role` to query as a BI tool does: read the workgroup's settings, and fetch results in pages. */
  public grantBrowse(role: Grantee): void {
    role.allow({
      sid: "QueryFromDashboards",
      actions: [
        "athena:BatchGetQueryExecution",
        "athena:GetQueryExecution",
        "athena:GetQueryResults",
        "athena:GetQueryResultsStream",
        "athena:GetWorkGroup",
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
      ],
      resources: [this.resource.arn],
    });
  }
}
