import { LambdaInvocation } from "@cdktf/provider-aws/lib/lambda-invocation";
import { Fn, type ITerraformDependable, Token } from "cdktf";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import { contractVariable } from "../../contract/variable";
import type { Panel } from "../../dashboards/spec";
import type { ENVIRONMENT } from "../../lambdas/search-setup/env";
import type { DashboardsInput, IndexingInput, SearchSetupInput } from "../../lambdas/search-setup/input";
import { WRITER_ROLE } from "../../lambdas/shared/search";
import { checkedPanels } from "../check";
import { type FunctionDefaults, NodeFunction } from "../functions/node-function";
import type { INetwork } from "../network/vpc";
import type { ExecutionRole } from "../security/execution-role";
import type { SearchDomain } from "./search-domain";

export { WRITER_ROLE };

export interface SearchSetupProps extends FunctionDefaults {
  /** What a record is. */
  readonly contract: Contract;
  /** Physical name. */
  readonly name: string;
  /** Network of the function. */
  readonly vpc: INetwork;
  /** Domain that it sets up. */
  readonly domain: SearchDomain;
  /** The domain's master role. */
  readonly role: ExecutionRole;
  /** Primary shards of each monthly index. */
  readonly shards: number;
  /** Days after which a monthly index is deleted. */
  readonly retentionDays: number;
  /** The role that writes documents. */
  readonly writers: readonly ExecutionRole[];
  /** ARNs of the IAM roles of analysts, who have read access. */
  readonly readerRoleArns: readonly string[];
  /** ARNs of the IAM roles with all permissions in the domain and Dashboards. @default none */
  readonly administratorRoleArns?: readonly string[];
  /** Groups of analysts in the identity provider. */
  readonly readerGroups: readonly string[];
  /** What people look at in OpenSearch Dashboards. @default the contract's default panels */
  readonly panels?: readonly Panel[];
  /** Title of the dashboard. @default the contract's name */
  readonly title?: string;
}

/**
 * Configures the domain's content, which Terraform cannot. One function, invoked for what indexing needs (index template,
 * lifecycle, audit log, the writers' role), and then for what people look at (the readers' role, Dashboards): a failure of
 * the second fails the deploy and keeps no data out.
 */
export class SearchSetup extends Construct {
  public readonly function: NodeFunction<typeof ENVIRONMENT>;
  /** Sets up what indexing needs: the dependency of whatever indexes. */
  public readonly invocation: LambdaInvocation;
  /** Sets up what people look at. */
  public readonly dashboardsInvocation: LambdaInvocation;

  /** @throws RangeError naming each panel and field that is wrong, or a reader's role that is the writers' */
  public constructor(scope: Construct, id: string, props: SearchSetupProps) {
    super(scope, id);
    const { contract, domain, vpc, administratorRoleArns = [] } = props;
    if (contract.readerRole === WRITER_ROLE) {
      throw new RangeError(
        `${this.node.path}: the contract's readerRole is "${WRITER_ROLE}", the role of the writers`,
      );
    }
    this.function = new NodeFunction<typeof ENVIRONMENT>(this, "Function", {
      location: props.location,
      key: props.key,
      logRetentionDays: props.logRetentionDays,
      name: props.name,
      description:
        "Puts template, lifecycle, security roles, their mappings and dashboards into the search domain",
      folder: "search-setup",
      timeoutSeconds: 300,
      memoryMiB: 256,
      role: props.role,
      network: {
        subnetIds: vpc.privateSubnetIds,
        securityGroupIds: [domain.clients.id],
      },
      environment: {
        ES_HOST: domain.endpoint,
        ES_INDEX: contract.index,
        REGION_NAME: props.location.region,
        CONTRACT: contractVariable(contract),
      },
    });
    domain.grantRequests(props.role, "SearchSetup", ["Get", "Put", "Post"]);

    const indexing: IndexingInput = {
      part: "indexing",
      replicas: domain.replicas,
      retentionDays: props.retentionDays,
      shards: props.shards,
      writerRoleArns: props.writers.map(({ arn }) => arn),
    };
    const dashboards: DashboardsInput = {
      part: "dashboards",
      ...(administratorRoleArns.length > 0 && { administratorRoleArns }),
      ...(props.panels && { panels: checkedPanels(this, contract, props.panels) }),
      readerGroups: props.readerGroups,
      readerRole: contract.readerRole,
      readerRoleArns: props.readerRoleArns,
      ...(Object.keys(contract.smoke).length > 0 && { smoke: smokeOf(contract) }),
      title: props.title ?? contract.name,
    };
    this.invocation = this.invoke("Invocation", indexing, props, [...domain.reachable]);
    // One after the other: the security plugin refuses a change of its configuration while another is under way.
    this.dashboardsInvocation = this.invoke("DashboardsInvocation", dashboards, props, [this.invocation]);
  }

  private invoke(
    id: string,
    input: SearchSetupInput,
    { contract, domain }: SearchSetupProps,
    dependsOn: ITerraformDependable[],
  ): LambdaInvocation {
    const inputJson = jsonOf(input);
    return new LambdaInvocation(this, id, {
      functionName: this.function.resource.functionName,
      input: inputJson,
      // With the other lifecycle scope, a failed update would count as done and never run again.
      lifecycleScope: "CREATE_ONLY",
      triggers: {
        input: inputJson,
        code: this.function.codeHash,
        contract: contractVariable(contract),
        endpoint: domain.endpoint,
      },
      dependsOn,
    });
  }
}

/** The smoke test's values as JSON, which has no whole number of 64 bits. */
function smokeOf({ smoke }: Contract): NonNullable<DashboardsInput["smoke"]> {
  return JSON.parse(JSON.stringify(smoke, (_, value) => (typeof value === "bigint" ? String(value) : value)));
}

/**
 * The input as JSON. Terraform encodes it if only Terraform knows a part of it: a text may contain a quote, and a
 * list may have any length. The ARNs of our own roles need no encoding.
 */
function jsonOf(input: SearchSetupInput): string {
  const given = { ...input, writerRoleArns: undefined };
  return hasToken(given) ? Fn.jsonencode(input) : JSON.stringify(input);
}

/** A list token is recognised only in the list itself, not in its elements. */
function hasToken(value: unknown): boolean {
  if (Token.isUnresolved(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasToken);
}
