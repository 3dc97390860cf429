import { LambdaInvocation } from "@cdktf/provider-aws/lib/lambda-invocation";
import { Fn, Token } from "cdktf";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import { contractVariable } from "../../contract/variable";
import type { Panel } from "../../dashboards/spec";
import type { ENVIRONMENT } from "../../lambdas/search-setup/env";
import type { SearchSetupInput } from "../../lambdas/search-setup/input";
import { checkedPanels } from "../check";
import { type FunctionDefaults, NodeFunction } from "../functions/node-function";
import type { INetwork } from "../network/vpc";
import type { ExecutionRole } from "../security/execution-role";
import type { SearchDomain } from "./search-domain";

export interface SearchSetupProps extends FunctionDefaults {
  /** What a record is. */
  readonly contract: Contract;
  /** Physical name. */
  readonly name: string;
  readonly vpc: INetwork;
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

/** Configures the domain's content, which Terraform cannot: index template and lifecycle, audit log, roles, dashboards. */
export class SearchSetup extends Construct {
  public readonly function: NodeFunction<typeof ENVIRONMENT>;
  /** Dependency of resources that need the finished set-up. */
  public readonly invocation: LambdaInvocation;

  /** @throws RangeError naming each panel and field that is wrong */
  public constructor(scope: Construct, id: string, props: SearchSetupProps) {
    super(scope, id);
    const { contract, domain, vpc, administratorRoleArns = [] } = props;
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

    const input: SearchSetupInput = {
      // Left out without any, so that a system without them is not set up again.
      ...(administratorRoleArns.length > 0 && { administratorRoleArns }),
      ...(props.panels && { panels: checkedPanels(this, contract, props.panels) }),
      readerGroups: props.readerGroups,
      readerRole: contract.readerRole,
      readerRoleArns: props.readerRoleArns,
      replicas: domain.replicas,
      retentionDays: props.retentionDays,
      shards: props.shards,
      ...(Object.keys(contract.smoke).length > 0 && { smoke: smokeOf(contract) }),
      title: props.title ?? contract.name,
      writerRoleArns: props.writers.map(({ arn }) => arn),
    };
    const inputJson = jsonOf(input);
    this.invocation = new LambdaInvocation(this, "Invocation", {
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
      dependsOn: [...domain.reachable],
    });
  }
}

/** The smoke test's values as JSON, which has no whole number of 64 bits. */
function smokeOf({ smoke }: Contract): NonNullable<SearchSetupInput["smoke"]> {
  return JSON.parse(JSON.stringify(smoke, (_, value) => (typeof value === "bigint" ? String(value) : value)));
}

/**
 * The input as JSON. Terraform encodes it if only Terraform knows a part of it: a text may contain a quote, and a
 * list may have any length. The ARNs of our own roles need no encoding.
 */
function jsonOf(input: SearchSetupInput): string {
  const { writerRoleArns, ...given } = input;
  return hasToken(given) ? Fn.jsonencode(input) : JSON.stringify(input);
}

/** A list token is recognised only in the list itself, not in its elements. */
function hasToken(value: unknown): boolean {
  if (Token.isUnresolved(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasToken);
}
