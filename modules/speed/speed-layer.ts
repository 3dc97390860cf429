import { Construct } from "constructs";
import type { Panel } from "../../dashboards/spec";
import type { ILake } from "../batch/data-lake";
import { assertLiteral } from "../check";
import { DEFAULTS } from "../defaults";
import { functionRole } from "../functions/node-function";
import type { IEventStream } from "../ingest/event-stream";
import { Bastion } from "../network/bastion";
import { type INetwork, Vpc } from "../network/vpc";
import type { MonitoredSpeedLayer } from "../operations/monitored";
import type { IEncryptionKey } from "../security/encryption-key";
import {
  keyOf,
  type LakeSettings,
  lakeOf,
  type StreamSettings,
  type SystemProps,
  streamOf,
  systemOf,
} from "../system";
import {
  type SamlDefinition,
  type SearchAvailability,
  SearchDomain,
  type SearchDomainSettings,
} from "./search-domain";
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
  /** ARNs of the IAM roles with all permissions in the domain and Dashboards, which must exist. @default none */
  readonly administratorRoleArns?: readonly string[];
  /** Batches of one shard that are indexed at the same time, 1 to 10. @default 1 */
  readonly parallelizationFactor?: number;
  /** Hours after which a record that cannot be indexed goes to the lake, 1 to 168, fewer than the stream's. @default 23 */
  readonly maximumRecordAgeHours?: number;
  /** Whether to create a bastion, for tunnels to the domain. @default false */
  readonly bastion?: boolean;
  /** Whether a session on the bastion may put records into the stream. @default false */
  readonly bastionPutsRecords?: boolean;
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
export class SpeedLayer extends Construct {
  public readonly key: IEncryptionKey;
  public readonly source: IEventStream;
  public readonly lake: ILake;
  public readonly network: INetwork;
  public readonly domain: SearchDomain;
  public readonly searchSetup: SearchSetup;
  public readonly upsertToEs: UpsertToEs;
  public readonly bastion?: Bastion;

  /** @throws RangeError when `prefix` has another form, or none follows from the contract */
  public constructor(scope: Construct, id: string, props: SpeedLayerProps) {
    super(scope, id);
    const system = systemOf(this, props);
    const { contract, names, location, protected: isProtected, logRetentionDays } = system;
    const { network = {}, readerRoleArns = [], administratorRoleArns = [] } = props;
    const givenLake = props.lake && "grant" in props.lake ? props.lake : undefined;
    this.key = keyOf(this, system, props.key ?? givenLake?.key);
    this.source = streamOf(this, system, this.key, props.source);
    this.lake = lakeOf(this, system, this.key, props.lake);
    const { key, source, lake } = this;
    const functionDefaults = { location, key, logRetentionDays };

    this.network =
      "vpcId" in network
        ? network
        : new Vpc(this, "Network", {
            name: names.network,
            location,
            cidr: network.cidr ?? DEFAULTS.cidr,
            zones: network.zones ?? DEFAULTS.zones,
            nat: network.nat ?? false,
            flowLogGroupName: names.flowLogGroup,
            flowLogRoleName: names.flowLogRole,
            logRetentionDays,
            key,
          });
    // The domain's policy needs the functions' roles, and the functions need the domain.
    const setupRole = functionRole(this, "SearchSetupRole", names.searchSetup);
    const upsertRole = functionRole(this, "UpsertToESRole", names.upsertToEs);
    this.domain = new SearchDomain(this, "SearchDomain", {
      name: names.searchDomain,
      logPolicyName: names.searchLogPolicy,
      groupNames: { searchClients: names.searchClients, searchDomainGroup: names.searchDomainGroup },
      location,
      vpc: this.network,
      settings: {
        instanceType: props.instanceType ?? DEFAULTS.instanceType,
        volumeGiB: props.volumeGiB ?? DEFAULTS.volumeGiB,
        availability: props.availability ?? { kind: "single-node" },
        ...(props.serviceLinkedRole && { serviceLinkedRole: props.serviceLinkedRole }),
        ...(props.saml && { saml: props.saml }),
      },
      master: setupRole,
      key,
      logRetentionDays,
      protected: isProtected,
    });
    // Searches are POST; Dashboards stores a user's own objects by PUT.
    this.domain.admit("People", readerRoleArns, ["Get", "Head", "Post", "Put"]);
    this.domain.admit("Administrators", administratorRoleArns, [
      "Delete",
      "Get",
      "Head",
      "Patch",
      "Post",
      "Put",
    ]);
    this.searchSetup = new SearchSetup(this, "SearchSetup", {
      contract,
      ...functionDefaults,
      name: names.searchSetup,
      vpc: this.network,
      domain: this.domain,
      role: setupRole,
      shards: props.shards ?? DEFAULTS.shards,
      retentionDays: props.retentionDays ?? DEFAULTS.indexRetentionDays,
      readerRoleArns,
      administratorRoleArns,
      readerGroups: props.saml?.readerGroups ?? [],
      ...(props.panels && { panels: props.panels }),
      ...(props.title !== undefined && { title: props.title }),
      writers: [upsertRole],
    });
    this.upsertToEs = new UpsertToEs(this, "UpsertToES", {
      contract,
      ...functionDefaults,
      name: names.upsertToEs,
      source,
      lake,
      vpc: this.network,
      domain: this.domain,
      role: upsertRole,
      setup: this.searchSetup,
      parallelizationFactor: props.parallelizationFactor ?? DEFAULTS.parallelizationFactor,
      maximumRecordAgeHours: props.maximumRecordAgeHours ?? DEFAULTS.maximumRecordAgeHours,
    });
    const { bastion = false, bastionPutsRecords = false } = props;
    assertLiteral(this, "bastionPutsRecords", bastionPutsRecords);
    if (bastion) {
      const { network: vpc, domain } = this;
      this.bastion = new Bastion(this, "Bastion", {
        ...{ name: names.bastion, location, vpc, domain, key },
        ...(bastionPutsRecords && { stream: source }),
      });
    }
  }

  /** What {@link Operations} watches here. */
  public get monitored(): MonitoredSpeedLayer {
    return {
      stream: this.source,
      upsertToEs: this.upsertToEs.function,
      searchSetup: this.searchSetup.function,
      domain: this.domain,
    };
  }
}
