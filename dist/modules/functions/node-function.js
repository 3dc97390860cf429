"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.NodeFunction = void 0;
exports.functionRole = functionRole;
const lambda_function_1 = require("@cdktf/provider-aws/lib/lambda-function");
const cdktf_1 = require("cdktf");
const constructs_1 = require("constructs");
const check_1 = require("../check");
const naming_1 = require("../naming");
const log_group_1 = require("../operations/log-group");
const execution_role_1 = require("../security/execution-role");
const archive_1 = require("./archive");
const environment_size_1 = require("./environment-size");
/** The role of a function, created before the function. */
function functionRole(scope, id, functionName) {
    return new execution_role_1.ExecutionRole(scope, id, {
        name: (0, naming_1.executionRoleName)(functionName),
        description: `Execution role of ${functionName}`,
        service: "lambda.amazonaws.com",
    });
}
/**
 * A Lambda function with its bundle, its own role and its own log group.
 *
 * X-Ray is off: each function is one hop from a stream, a schedule or a deploy, its metrics and structured logs have more
 * detail, and X-Ray's permissions cannot be limited to a resource.
 */
class NodeFunction extends constructs_1.Construct {
    resource;
    role;
    /** Hexadecimal SHA-256 of the code. */
    codeHash;
    timeoutSeconds;
    /** @throws RangeError when the timeout, the memory or the environment is outside of Lambda's limits. */
    constructor(scope, id, props) {
        super(scope, id);
        (0, check_1.assertLiteral)(this, "folder", props.folder);
        (0, check_1.assertWholeNumber)(this, "timeoutSeconds", props.timeoutSeconds, 1, 900);
        (0, check_1.assertWholeNumber)(this, "memoryMiB", props.memoryMiB, 128, 10_240);
        (0, environment_size_1.assertEnvironmentFits)(this, props.environment);
        this.timeoutSeconds = props.timeoutSeconds;
        this.role = props.role ?? functionRole(this, "ExecutionRole", props.name);
        const logGroup = new log_group_1.LogGroup(this, "Logs", {
            name: (0, naming_1.functionLogGroupName)(props.name),
            retentionDays: props.logRetentionDays,
            key: props.key,
        });
        logGroup.grantWrite(this.role);
        const bundle = (0, archive_1.functionArchive)(props.folder);
        this.codeHash = bundle.hashHex;
        const code = new cdktf_1.TerraformAsset(this, "Code", {
            path: bundle.path,
            type: cdktf_1.AssetType.FILE,
            assetHash: bundle.hashHex,
        });
        this.resource = new lambda_function_1.LambdaFunction(this, "Function", {
            functionName: props.name,
            description: props.description,
            role: this.role.arn,
            runtime: "nodejs22.x",
            architectures: ["arm64"],
            handler: "index.handler",
            filename: code.path,
            sourceCodeHash: bundle.hashBase64,
            timeout: props.timeoutSeconds,
            memorySize: props.memoryMiB,
            environment: { variables: { ...props.environment } },
            kmsKeyArn: props.key.arn,
            // Lambda's own lines are JSON, too; the functions' standard output is unchanged.
            loggingConfig: { logFormat: "JSON", logGroup: logGroup.resource.name },
            ...(props.network && {
                vpcConfig: {
                    subnetIds: [...props.network.subnetIds],
                    securityGroupIds: [...props.network.securityGroupIds],
                },
                // Its interfaces outlive it by up to 40 minutes; this lets Terraform delete the security groups at once.
                replaceSecurityGroupsOnDestroy: true,
            }),
            // Lambda checks the role when it creates the function.
            dependsOn: [this.role.policy],
        });
        // Not the function's attribute, because the function depends on this policy.
        const { region, accountId } = props.location;
        const ownArn = `arn:aws:lambda:${region}:${accountId}:function:${props.name}`;
        props.key.grantUse(this.role, "DecryptOwnEnvironment", {
            via: "lambda",
            decrypt: true,
            encrypt: false,
            context: { key: "aws:lambda:FunctionArn", values: [ownArn] },
        });
        if (props.network)
            allowNetworkInterfaces(this.role, ownArn);
    }
    get arn() {
        return this.resource.arn;
    }
    /** Allows `role` to invoke the function and read its timeout, as Firehose does. */
    grantInvoke(role) {
        role.allow({
            sid: `Invoke${this.node.id}`,
            actions: ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"],
            resources: [this.arn],
        });
    }
}
exports.NodeFunction = NodeFunction;
const INTERFACE_ACTIONS = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
];
/** Allows Lambda, but not the function's code, to manage interfaces in the network. */
function allowNetworkInterfaces(role, functionArn) {
    role.allowAnyResource({ sid: "LambdaHasInterfaces", actions: INTERFACE_ACTIONS }, "Lambda refuses a function in a network whose role may do this to named interfaces only; the function's own code is denied it");
    role.allow({
        sid: "CodeHasNone",
        effect: "Deny",
        actions: INTERFACE_ACTIONS,
        resources: ["*"],
        conditions: [{ test: "ArnEquals", variable: "lambda:SourceFunctionArn", values: [functionArn] }],
    });
}
