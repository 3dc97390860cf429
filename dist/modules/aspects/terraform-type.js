"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.resourceTypeOf = resourceTypeOf;
exports.dataSourceTypeOf = dataSourceTypeOf;
const cdktf_1 = require("cdktf");
/*
 * Aspects compare Terraform's names of types: an `instanceof` is silently false for a resource of another copy of the
 * provider's bindings. cdktf's own checks use symbols that all its copies share.
 */
/** The type of a resource, such as `aws_iam_role`; undefined for any other construct. */
function resourceTypeOf(node) {
    return cdktf_1.TerraformResource.isTerraformResource(node) ? node.terraformResourceType : undefined;
}
/** The type of a data source, such as `aws_iam_policy_document`; undefined for any other construct. */
function dataSourceTypeOf(node) {
    return cdktf_1.TerraformDataSource.isTerraformDataSource(node) ? node.terraformResourceType : undefined;
}
