"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.PermissionsBoundary = void 0;
const terraform_type_1 = require("./terraform-type");
/** Sets a permissions boundary on every role. */
class PermissionsBoundary {
    policyArn;
    constructor(policyArn) {
        this.policyArn = policyArn;
    }
    visit(node) {
        if ((0, terraform_type_1.resourceTypeOf)(node) === "aws_iam_role")
            node.permissionsBoundary = this.policyArn;
    }
}
exports.PermissionsBoundary = PermissionsBoundary;
