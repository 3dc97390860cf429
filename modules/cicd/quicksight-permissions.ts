import type { AnyResource, Condition, Statement } from "../security/policy";
import type { QuickSightArns } from "./arns";

/** What the provider asks to refresh what the environment has in QuickSight: definitions, never rows. */
export function quickSightReads(arns: QuickSightArns): Statement[] {
  return [
    {
      sid: "ReadDataSources",
      actions: [
        "quicksight:DescribeDataSource",
        "quicksight:DescribeDataSourcePermissions",
        "quicksight:ListTagsForResource",
      ],
      resources: arns.dataSources,
    },
    {
      sid: "ReadDataSets",
      actions: [
        "quicksight:DescribeDataSet",
        "quicksight:DescribeDataSetPermissions",
        // Asked of a data set by direct query too, which has none.
        "quicksight:DescribeDataSetRefreshProperties",
        "quicksight:ListTagsForResource",
      ],
      resources: arns.dataSets,
    },
    {
      // The Service Authorization Reference leaves out both actions on definitions; a guide of AWS grants the dashboard's.
      sid: "ReadAnalyses",
      actions: [
        "quicksight:DescribeAnalysis",
        "quicksight:DescribeAnalysisDefinition",
        "quicksight:DescribeAnalysisPermissions",
        "quicksight:ListTagsForResource",
      ],
      resources: arns.analyses,
    },
    {
      sid: "ReadQuickSightDashboards",
      actions: [
        "quicksight:DescribeDashboard",
        "quicksight:DescribeDashboardDefinition",
        "quicksight:DescribeDashboardPermissions",
        "quicksight:ListTagsForResource",
      ],
      resources: arns.dashboards,
    },
    { sid: "ReadQuickSightRole", actions: ["iam:GetRolePolicy"], resources: arns.serviceRoles },
  ];
}

/** What an apply may change of it. No data goes with any of it, so it may be deleted in every environment. */
export function quickSightChanges(arns: QuickSightArns, boundary: Condition): Statement[] {
  return [
    {
      sid: "ChangeDataSources",
      actions: [
        "quicksight:DeleteDataSource",
        "quicksight:PassDataSource",
        "quicksight:TagResource",
        "quicksight:UntagResource",
        "quicksight:UpdateDataSource",
        "quicksight:UpdateDataSourcePermissions",
      ],
      resources: arns.dataSources,
    },
    {
      // AWS judges these by the data source as well.
      sid: "MakeDataSets",
      actions: ["quicksight:CreateDataSet", "quicksight:UpdateDataSet"],
      resources: [...arns.dataSets, ...arns.dataSources],
    },
    {
      sid: "ChangeDataSets",
      actions: [
        "quicksight:DeleteDataSet",
        "quicksight:PassDataSet",
        "quicksight:TagResource",
        "quicksight:UntagResource",
        "quicksight:UpdateDataSetPermissions",
      ],
      resources: arns.dataSets,
    },
    {
      sid: "ChangeAnalyses",
      actions: [
        "quicksight:CreateAnalysis",
        "quicksight:DeleteAnalysis",
        "quicksight:TagResource",
        "quicksight:UntagResource",
        "quicksight:UpdateAnalysis",
        "quicksight:UpdateAnalysisPermissions",
      ],
      resources: arns.analyses,
    },
    {
      sid: "ChangeQuickSightDashboards",
      actions: [
        "quicksight:CreateDashboard",
        "quicksight:DeleteDashboard",
        "quicksight:TagResource",
        "quicksight:UntagResource",
        "quicksight:UpdateDashboard",
        "quicksight:UpdateDashboardPermissions",
        "quicksight:UpdateDashboardPublishedVersion",
      ],
      resources: arns.dashboards,
    },
    {
      // IAM knows no condition on the name of an inline policy: without the boundary whoever writes one could
      // let QuickSight read anything in the account. Where the role has none, a person writes ours.
      sid: "GrantToBoundedQuickSight",
      actions: ["iam:DeleteRolePolicy", "iam:PutRolePolicy"],
      resources: arns.serviceRoles,
      conditions: [boundary],
    },
  ];
}

/** The same, where AWS takes no resource. */
export function quickSightChangesOfAny(stack: string): AnyResource[] {
  return [
    {
      sid: "MakeDataSources",
      actions: ["quicksight:CreateDataSource"],
      conditions: [{ test: "StringEquals", variable: "aws:RequestTag/Stack", values: [stack] }],
      reason: "the action takes no resource; the condition limits it to what is made with the stack's tag",
    },
  ];
}
