"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.SearchSetup = void 0;
const lambda_invocation_1 = require("@cdktf/provider-aws/lib/lambda-invocation");
const cdktf_1 = require("cdktf");
const constructs_1 = require("constructs");
const variable_1 = require("../../contract/variable");
const check_1 = require("../check");
const node_function_1 = require("../functions/node-function");
/** Configures the domain's content, which Terraform cannot: index template and lifecycle, audit log, roles, dashboards. */
class SearchSetup extends constructs_1.Construct {
    function;
    /** Dependency of resources that need the finished set-up. */
    invocation;
    /** @throws RangeError naming each panel and field that is wrong */
    constructor(scope, id, props) {
        super(scope, id);
        const { contract, domain, vpc } = props;
        this.function = new node_function_1.NodeFunction(this, "Function", {
            location: props.location,
            key: props.key,
            logRetentionDays: props.logRetentionDays,
            name: props.name,
            description: "Puts template, lifecycle, security roles, their mappings and dashboards into the search domain",
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
                CONTRACT: (0, variable_1.contractVariable)(contract),
            },
        });
        domain.grantRequests(props.role, "SearchSetup", ["Get", "Put", "Post"]);
        const input = {
            ...(props.panels && { panels: (0, check_1.checkedPanels)(this, contract, props.panels) }),
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
        this.invocation = new lambda_invocation_1.LambdaInvocation(this, "Invocation", {
            functionName: this.function.resource.functionName,
            input: inputJson,
            // With the other lifecycle scope, a failed update would count as done and never run again.
            lifecycleScope: "CREATE_ONLY",
            triggers: {
                input: inputJson,
                code: this.function.codeHash,
                contract: (0, variable_1.contractVariable)(contract),
                endpoint: domain.endpoint,
            },
            dependsOn: [...domain.reachable],
        });
    }
}
exports.SearchSetup = SearchSetup;
/** The smoke test's values as JSON, which has no whole number of 64 bits. */
function smokeOf({ smoke }) {
    return JSON.parse(JSON.stringify(smoke, (_, value) => (typeof value === "bigint" ? String(value) : value)));
}
/**
 * The input as JSON. Terraform encodes it if only Terraform knows a part of it: a text may contain a quote, and a
 * list may have any length. The ARNs of our own roles need no encoding.
 */
function jsonOf(input) {
    const { writerRoleArns, ...given } = input;
    return hasToken(given) ? cdktf_1.Fn.jsonencode(input) : JSON.stringify(input);
}
/** A list token is recognised only in the list itself, not in its elements. */
function hasToken(value) {
    if (cdktf_1.Token.isUnresolved(value))
        return true;
    return typeof value === "object" && value !== null && Object.values(value).some(hasToken);
}
