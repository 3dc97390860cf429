import { TerraformDataSource, TerraformResource } from "cdktf";
import type { IConstruct } from "constructs";

/*
 * Aspects compare Terraform's names of types: an `instanceof` is silently false for a resource of another copy of the
 * provider's bindings. cdktf's own checks use symbols that all its copies share.
 */

/** The type of a resource, such as `aws_iam_role`; undefined for any other construct. */
export function resourceTypeOf(node: IConstruct): string | undefined {
  return TerraformResource.isTerraformResource(node) ? node.terraformResourceType : undefined;
}

/** The type of a data source, such as `aws_iam_policy_document`; undefined for any other construct. */
export function dataSourceTypeOf(node: IConstruct): string | undefined {
  return TerraformDataSource.isTerraformDataSource(node) ? node.terraformResourceType : undefined;
}
