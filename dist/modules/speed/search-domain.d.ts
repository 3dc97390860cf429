import { OpensearchDomain } from "@cdktf/provider-aws/lib/opensearch-domain";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Location } from "../location";
import { type GroupNames } from "../naming";
import type { INetwork } from "../network/vpc";
import type { IEncryptionKey } from "../security/encryption-key";
import type { ExecutionRole } from "../security/execution-role";
/** Availability of the search domain after the loss of a node or a zone. */
export type SearchAvailability = 
/** One node without replicas: its loss loses the documents since the last snapshot. */
{
    readonly kind: "single-node";
}
/** Three zones, one of them on standby, three dedicated masters, two replicas of each shard. */
 | {
    readonly kind: "standby";
    /** Data nodes in each of the three zones, 1 or more. */
    readonly nodesPerZone: number;
    /** Such as `m6g.large.search`. */
    readonly masterInstanceType: string;
};
/** The identity provider by which analysts sign in to Dashboards. */
export interface SamlDefinition {
    readonly entityId: string;
    /** The provider's metadata. */
    readonly metadataXml: string;
    readonly readerGroups: readonly string[];
    readonly adminGroup?: string;
    readonly rolesKey: string;
    readonly subjectKey?: string;
    readonly sessionMinutes: number;
}
/** Size, availability and sign-in of the domain. */
export interface SearchDomainSettings {
    /** Instance type of the data nodes. */
    readonly instanceType: string;
    /** Volume of each data node, in GiB. */
    readonly volumeGiB: number;
    readonly availability: SearchAvailability;
    readonly saml?: SamlDefinition;
    /** Whether to create the service-linked role, which exists once in an account. */
    readonly serviceLinkedRole: "create" | "exists";
}
export interface SearchDomainProps {
    /** Physical name, at most 28 lower-case letters, digits and hyphens. */
    readonly name: string;
    /** Physical name of the resource policy of its log groups. */
    readonly logPolicyName: string;
    /** Physical names of its security groups. @default the lab's, for a network of its own */
    readonly groupNames?: GroupNames;
    readonly location: Location;
    readonly vpc: INetwork;
    readonly settings: SearchDomainSettings;
    /** The master role with all permissions; there is no master user and no password. */
    readonly master: ExecutionRole;
    readonly key: IEncryptionKey;
    readonly logRetentionDays: number;
    /** Refuses to be destroyed. */
    readonly protected: boolean;
}
/** An HTTP action of the domain, as IAM distinguishes them. */
type HttpMethod = "Delete" | "Get" | "Head" | "Post" | "Put";
/** The search domain, inside the network, with its two security groups: its own, and that of its clients. */
export declare class SearchDomain extends Construct {
    readonly resource: OpensearchDomain;
    /** Security group of the clients: it reaches the domain and S3 only. */
    readonly clients: SecurityGroup;
    /** Replicas of each shard, by the number of zones. */
    readonly replicas: number;
    /** Number of nodes, dedicated masters included. */
    readonly nodes: number;
    readonly dedicatedMasters: boolean;
    /** Volume of each data node. */
    readonly volumeGiB: number;
    /** Dependencies of a client of the domain. */
    readonly reachable: readonly ITerraformDependable[];
    private readonly access;
    private readonly group;
    /** Built from the name, not the attribute, because the domain's own policy contains it. */
    private readonly ownArn;
    constructor(scope: Construct, id: string, props: SearchDomainProps);
    /** Host name, without scheme. */
    get endpoint(): string;
    /**
     * Allows `role` requests with these actions. The security roles inside the domain, which search-setup maps, determine
     * their permissions on indices.
     * @param sid of the statement in the domain's policy.
     */
    grantRequests(role: ExecutionRole, sid: string, methods: readonly HttpMethod[]): void;
    /**
     * Allows analysts requests with these actions, by their own IAM roles; their permissions on indices are determined as
     * for {@link grantRequests}. AWS rejects a policy with a role that does not exist.
     */
    admitAnalysts(roleArns: readonly string[], methods: readonly HttpMethod[]): void;
    /** Allows `group` to connect to the domain. @param id permanent construct id of the rule */
    allowFrom(id: string, group: SecurityGroup, description: string): ITerraformDependable;
    /**
     * A browser that signs in by SAML does not sign its requests, so the domain's policy must allow unsigned requests to
     * Dashboards, and only there: https://docs.aws.amazon.com/opensearch-service/latest/developerguide/fgac.html
     */
    private signInBy;
    private addRules;
    private firstSubnets;
    private serviceLinkedRole;
    private publishLogs;
}
export {};
