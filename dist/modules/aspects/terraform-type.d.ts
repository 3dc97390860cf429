import type { IConstruct } from "constructs";
/** The type of a resource, such as `aws_iam_role`; undefined for any other construct. */
export declare function resourceTypeOf(node: IConstruct): string | undefined;
/** The type of a data source, such as `aws_iam_policy_document`; undefined for any other construct. */
export declare function dataSourceTypeOf(node: IConstruct): string | undefined;
