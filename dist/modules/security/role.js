"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Role = void 0;
const data_aws_iam_policy_document_1 = require("@cdktf/provider-aws/lib/data-aws-iam-policy-document");
const iam_role_1 = require("@cdktf/provider-aws/lib/iam-role");
const iam_role_policy_1 = require("@cdktf/provider-aws/lib/iam-role-policy");
const constructs_1 = require("constructs");
const arithmetic_1 = require("../arithmetic");
const policy_1 = require("./policy");
/** A role whose one inline policy has the permissions that resources grant it. */
class Role extends constructs_1.Construct {
    resource;
    /** A resource that uses the role at creation must depend on this: AWS rejects a role without its policy. */
    policy;
    permissions;
    constructor(scope, id, props) {
        super(scope, id);
        const { action, principal, conditions = [] } = props.trust;
        const trust = new data_aws_iam_policy_document_1.DataAwsIamPolicyDocument(this, "Trust", {
            statement: [
                {
                    actions: [action],
                    principals: [{ type: principal.type, identifiers: [principal.identifier] }],
                    ...(conditions.length > 0 && {
                        condition: conditions.map(({ test, variable, values }) => ({
                            test,
                            variable,
                            values: [...values],
                        })),
                    }),
                },
            ],
        });
        this.resource = new iam_role_1.IamRole(this, "Role", {
            name: props.name,
            description: props.description,
            assumeRolePolicy: trust.json,
            ...(props.sessionHours !== undefined && { maxSessionDuration: (0, arithmetic_1.product)(props.sessionHours, 3600) }),
        });
        this.permissions = new policy_1.PolicyDocument(this, "Permissions");
        this.policy = new iam_role_policy_1.IamRolePolicy(this, "Policy", {
            name: "granted",
            role: this.resource.name,
            policy: this.permissions.json,
        });
    }
    get arn() {
        return this.resource.arn;
    }
    /** Adds a statement. Called by the resource that grants, not by the grantee. @throws Error as {@link PolicyDocument.add} */
    allow(statement) {
        this.permissions.add(statement);
    }
    /** Adds a statement for all resources. @param reason why AWS supports no resource-level permission */
    allowAnyResource(permission, reason) {
        this.permissions.addForAnyResource(permission, reason);
    }
}
exports.Role = Role;
