import { Construct } from "constructs";
import type { Panel } from "../../dashboards/spec";
import type { ILake } from "../batch/data-lake";
import type { IEventStream } from "../ingest/event-stream";
import { Bastion } from "../network/bastion";
import { type INetwork } from "../network/vpc";
import type { MonitoredSpeedLayer } from "../operations/monitored";
import type { IEncryptionKey } from "../security/encryption-key";
import { type LakeSettings, type StreamSettings, type SystemProps } from "../system";
import { type SamlDefinition, type SearchAvailability, SearchDomain, type SearchDomainSettings } from "./search-domain";
import { SearchSetup } from "./search-setup";
import { UpsertToEs } from "./upsert-to-es";
/** Settings of a new network. */
export interface NetworkSettings {
    /** Private CIDR block of sixteen bits that no peered network uses. @default 10.20.0.0/16 */
    readonly cidr?: string;
    /** Letters of the region's availability zones, two or three of them. @default a and b */
    readonly zones?: readonly string[];
    /** Whether the private subnets have internet access, which nothing here needs. @default false */
    readonly nat?: boolean;
}
/** Settings of the search domain and its users. */
export interface SpeedSettings {
    /** Instance type of the data nodes. @default t3.small.search */
    readonly instanceType?: string;
    /** Volume of each data node in GiB. @default 10 */
    readonly volumeGiB?: number;
    /** @default one node without replicas */
    readonly availability?: SearchAvailability;
    /** The identity provider by which analysts sign in to Dashboards. @default none: they sign requests by IAM */
    readonly saml?: SamlDefinition;
    /**
     * Whether to create the service-linked role of OpenSearch, which exists once in an account.
     * @default exists: two systems of an account must not both create it
     */
    readonly serviceLinkedRole?: SearchDomainSettings["serviceLinkedRole"];
    /** An existing network, or settings of a new one. @default 10.20.0.0/16 in the zones a and b */
    readonly network?: INetwork | NetworkSettings;
    /** Primary shards of each monthly index, 1 to 100. @default 1 */
    readonly shards?: number;
    /** Days that a monthly index is kept, counted from its first document. @default 365 */
    readonly retentionDays?: number;
    /** ARNs of the analysts' IAM roles, which must exist. @default none */
    readonly readerRoleArns?: readonly string[];
    /** Batches of one shard that are indexed at the same time, 1 to 10. @default 1 */
    readonly parallelizationFactor?: number;
    /** Whether to create a bastion, for tunnels to the domain. @default false */
    readonly bastion?: boolean;
}
export interface SpeedLayerProps extends SpeedSettings, SystemProps {
    /** Encrypts everything here. @default that of an existing lake, else a new one */
    readonly key?: IEncryptionKey;
    /** The stream that is indexed, or settings of a new one. @default one on demand, for 24 hours */
    readonly source?: IEventStream | StreamSettings;
    /** Lake for refused lines and discarded batches, or settings of a new one. @default a bucket, with one for its access logs */
    readonly lake?: ILake | LakeSettings;
    /** What people look at in OpenSearch Dashboards. @default the contract's default panels */
    readonly panels?: readonly Panel[];
    /** Title of the dashboard. @default the contract's name */
    readonly title?: string;
}
/** The speed layer: a search domain in a network, its set-up, and the function that indexes. */
export declare class SpeedLayer extends Construct {
    readonly key: IEncryptionKey;
    readonly source: IEventStream;
    readonly lake: ILake;
    readonly network: INetwork;
    readonly domain: SearchDomain;
    readonly searchSetup: SearchSetup;
    readonly upsertToEs: UpsertToEs;
    readonly bastion?: Bastion;
    /** @throws RangeError when `prefix` has another form, or none follows from the contract */
    constructor(scope: Construct, id: string, props: SpeedLayerProps);
    /** What {@link Operations} watches here. */
    get monitored(): MonitoredSpeedLayer;
}
