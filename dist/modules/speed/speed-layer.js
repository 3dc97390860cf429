"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.SpeedLayer = void 0;
const constructs_1 = require("constructs");
const defaults_1 = require("../defaults");
const node_function_1 = require("../functions/node-function");
const bastion_1 = require("../network/bastion");
const vpc_1 = require("../network/vpc");
const system_1 = require("../system");
const search_domain_1 = require("./search-domain");
const search_setup_1 = require("./search-setup");
const upsert_to_es_1 = require("./upsert-to-es");
/** The speed layer: a search domain in a network, its set-up, and the function that indexes. */
class SpeedLayer extends constructs_1.Construct {
    key;
    source;
    lake;
    network;
    domain;
    searchSetup;
    upsertToEs;
    bastion;
    /** @throws RangeError when `prefix` has another form, or none follows from the contract */
    constructor(scope, id, props) {
        super(scope, id);
        const system = (0, system_1.systemOf)(this, props);
        const { contract, names, location, protected: isProtected, logRetentionDays } = system;
        const { network = {}, readerRoleArns = [] } = props;
        const givenLake = props.lake && "grant" in props.lake ? props.lake : undefined;
        this.key = (0, system_1.keyOf)(this, system, props.key ?? givenLake?.key);
        this.source = (0, system_1.streamOf)(this, system, this.key, props.source);
        this.lake = (0, system_1.lakeOf)(this, system, this.key, props.lake);
        const { key, source, lake } = this;
        const functionDefaults = { location, key, logRetentionDays };
        this.network =
            "vpcId" in network
                ? network
                : new vpc_1.Vpc(this, "Network", {
                    name: names.network,
                    location,
                    cidr: network.cidr ?? defaults_1.DEFAULTS.cidr,
                    zones: network.zones ?? defaults_1.DEFAULTS.zones,
                    nat: network.nat ?? false,
                    flowLogGroupName: names.flowLogGroup,
                    flowLogRoleName: names.flowLogRole,
                    logRetentionDays,
                    key,
                });
        // The domain's policy needs the functions' roles, and the functions need the domain.
        const setupRole = (0, node_function_1.functionRole)(this, "SearchSetupRole", names.searchSetup);
        const upsertRole = (0, node_function_1.functionRole)(this, "UpsertToESRole", names.upsertToEs);
        this.domain = new search_domain_1.SearchDomain(this, "SearchDomain", {
            name: names.searchDomain,
            logPolicyName: names.searchLogPolicy,
            groupNames: { searchClients: names.searchClients, searchDomainGroup: names.searchDomainGroup },
            location,
            vpc: this.network,
            settings: {
                instanceType: props.instanceType ?? defaults_1.DEFAULTS.instanceType,
                volumeGiB: props.volumeGiB ?? defaults_1.DEFAULTS.volumeGiB,
                availability: props.availability ?? { kind: "single-node" },
                serviceLinkedRole: props.serviceLinkedRole ?? "exists",
                ...(props.saml && { saml: props.saml }),
            },
            master: setupRole,
            key,
            logRetentionDays,
            protected: isProtected,
        });
        // Searches are POST; Dashboards stores a user's own objects by PUT.
        this.domain.admitAnalysts(readerRoleArns, ["Get", "Head", "Post", "Put"]);
        this.searchSetup = new search_setup_1.SearchSetup(this, "SearchSetup", {
            contract,
            ...functionDefaults,
            name: names.searchSetup,
            vpc: this.network,
            domain: this.domain,
            role: setupRole,
            shards: props.shards ?? defaults_1.DEFAULTS.shards,
            retentionDays: props.retentionDays ?? defaults_1.DEFAULTS.indexRetentionDays,
            readerRoleArns,
            readerGroups: props.saml?.readerGroups ?? [],
            ...(props.panels && { panels: props.panels }),
            ...(props.title !== undefined && { title: props.title }),
            writers: [upsertRole],
        });
        this.upsertToEs = new upsert_to_es_1.UpsertToEs(this, "UpsertToES", {
            contract,
            ...functionDefaults,
            name: names.upsertToEs,
            source,
            lake,
            vpc: this.network,
            domain: this.domain,
            role: upsertRole,
            setup: this.searchSetup,
            parallelizationFactor: props.parallelizationFactor ?? defaults_1.DEFAULTS.parallelizationFactor,
            streamRetentionHours: source.retentionHours,
        });
        if (props.bastion ?? false) {
            const { network: vpc, domain } = this;
            this.bastion = new bastion_1.Bastion(this, "Bastion", { name: names.bastion, location, vpc, domain, key });
        }
    }
    /** What {@link Operations} watches here. */
    get monitored() {
        return {
            stream: this.source,
            upsertToEs: this.upsertToEs.function,
            searchSetup: this.searchSetup.function,
            domain: this.domain,
        };
    }
}
exports.SpeedLayer = SpeedLayer;
