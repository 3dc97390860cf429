"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.AdoptedRole = void 0;
const iam_role_policy_1 = require("@cdktf/provider-aws/lib/iam-role-policy");
const constructs_1 = require("constructs");
const policy_1 = require("./policy");
/** A role that exists outside of this stack: it gets one inline policy of ours and is otherwise unchanged. */
class AdoptedRole extends constructs_1.Construct {
    /** A resource that uses the role at creation must depend on this. */
    policy;
    permissions;
    constructor(scope, id, props) {
        super(scope, id);
        this.permissions = new policy_1.PolicyDocument(this, "Permissions");
        this.policy = new iam_role_policy_1.IamRolePolicy(this, "Policy", {
            name: props.policyName,
            role: props.roleName,
            policy: this.permissions.json,
        });
    }
    allow(statement) {
        this.permissions.add(statement);
    }
}
exports.AdoptedRole = AdoptedRole;
