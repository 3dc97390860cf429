import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentSettings } from "../../environments/environment";
import { githubEnvironmentsOf } from "../../modules/cicd/github-delivery";
import {
  arnOf,
  bothStacks,
  boundaryOf,
  documentsOf,
  type Role,
  resolved,
  roleOf,
  type Stacks,
  statements,
  text,
} from "../support/delivered";
import { policiesPage } from "../support/delivery-policies";
import { environment, LOCATION } from "../support/environments";
import { CALLS_OF_OPTIONS, permissionsNeeded } from "../support/provider-calls";
import { object, type PolicyStatement, reference, statementsOf } from "../support/template";

const REPOSITORY = "shop/retail-bi";
const ACCOUNT = LOCATION.accountId;
const STATE = `arn:aws:s3:::retail-bi-qa-state-${ACCOUNT}`;
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;

/** Both stacks of an environment that a repository delivers. */
function stacks(settings: Partial<EnvironmentSettings> = {}, delivered = true): Stacks {
  return bothStacks(
    environment({
      name: "qa",
      physicalNames: "prefixed",
      ...(delivered && { delivery: { repository: REPOSITORY } }),
      bastion: { enabled: true },
      ...settings,
    }),
  );
}

const DISPOSABLE = stacks();
const PROTECTED = stacks({ protection: "protected" });
/** Every option that makes a resource, so that a plan asks for all there can be. */
const FULL: Partial<EnvironmentSettings> = {
  protection: "protected",
  network: { nat: true },
  bastion: { enabled: true, putRecords: true },
  serving: {
    quickSight: { enabled: true, principals: [{ kind: "group", name: "analysts", access: "author" }] },
  },
  speed: {
    readerRoleArns: [`arn:aws:iam::${ACCOUNT}:role/analyst`],
    saml: {
      entityId: "https://idp.example.com",
      metadata: {
        xml: '<md:EntityDescriptor entityID="https://idp.example.com"><md:IDPSSODescriptor/></md:EntityDescriptor>',
      },
      adminGroup: "admins",
    },
  },
};
const COMPLETE = stacks(FULL);

/** Whether IAM takes `pattern` for `text`. */
function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`).test(text);
}

function allows(statements: readonly PolicyStatement[], action: string, resource?: string): boolean {
  return statements.some(
    ({ actions, resources = [] }) =>
      actions.includes(action) &&
      (resource === undefined || resources.some((pattern) => matches(pattern, resource))),
  );
}

/** `action resource` of everything that a role may do and that is not reading. */
function writes(statements: readonly PolicyStatement[]): string[] {
  return statements
    .flatMap(({ actions, resources = [] }) =>
      actions.flatMap((action) => resources.map((one) => `${action} ${one}`)),
    )
    .filter((pair) => !/^[a-z0-9]+:(Describe|Get|List|View)/.test(pair))
    .sort();
}

const sids = (statements: readonly PolicyStatement[]) => statements.map(({ sid }) => sid);

describe("who delivers", () => {
  test("is nobody, unless the environment names its repository", () => {
    const without = stacks({}, false);
    expect(without.state.resources().filter(({ type }) => type.startsWith("aws_iam"))).toEqual([]);
    for (const role of without.main.resources("aws_iam_role")) {
      expect(role.properties["permissions_boundary"]).toBeUndefined();
    }
  });

  test.each([
    ["Plan", "qa-plan", "qa-retail-bi-github-plan", 3600],
    ["Propose", "qa-propose", "qa-retail-bi-github-propose", 3600],
    ["Apply", "qa", "qa-retail-bi-github-apply", 14_400],
  ])("%s is for jobs of one GitHub environment of one repository", (role, github, name, seconds) => {
    expect(Object.values(githubEnvironmentsOf("qa"))).toContain(github);
    const [statement, ...more] = DISPOSABLE.state.statements(`Delivery_${role}_Trust`);
    expect(more).toEqual([]);
    expect(statement).toEqual({
      actions: ["sts:AssumeRoleWithWebIdentity"],
      principals: [
        {
          type: "Federated",
          identifiers: [PROVIDER],
        },
      ],
      condition: [
        {
          test: "StringEquals",
          variable: "token.actions.githubusercontent.com:aud",
          values: ["sts.amazonaws.com"],
        },
        {
          test: "StringEquals",
          variable: "token.actions.githubusercontent.com:sub",
          values: [`repo:${REPOSITORY}:environment:${github}`],
        },
      ],
    });
    expect(DISPOSABLE.state.only("aws_iam_role", `Delivery_${role}_`).properties).toMatchObject({
      name,
      max_session_duration: seconds,
    });
  });

  test.each(["shop/retail-bi", "shop@12/retail-bi@345", "a/b.c_d"])("%s is a repository", (repository) => {
    expect(environment({ delivery: { repository } }).delivery).toEqual({ repository });
  });

  test.each([
    "",
    "retail-bi",
    "shop/*",
    "shop/retail-bi:x",
    "shop@12/retail-bi",
    "shop/retail-bi@3",
    "a/b/c",
    "?/b",
  ])('"%s" is none', (repository) => {
    expect(() => environment({ delivery: { repository } })).toThrow(
      `delivery.repository is "${repository}"; owner/name or owner@id/name@id is allowed`,
    );
  });
});

describe("the role of plans", () => {
  test("writes nothing but the lock of the environment's own state", () => {
    expect(writes(roleOf(PROTECTED, "Plan"))).toEqual([
      `kms:Decrypt arn:aws:kms:eu-west-1:${ACCOUNT}:key/*`,
      `kms:Decrypt arn:aws:kms:eu-west-1:${ACCOUNT}:key/ID`,
      `kms:GenerateDataKey arn:aws:kms:eu-west-1:${ACCOUNT}:key/ID`,
      `s3:DeleteObject ${STATE}/qa.tfstate.tflock`,
      `s3:PutObject ${STATE}/qa.tfstate.tflock`,
    ]);
  });

  test("decrypts functions' environments through Lambda and the state through S3, nothing else", () => {
    const decrypting = roleOf(PROTECTED, "Plan").filter(({ actions }) => actions.includes("kms:Decrypt"));
    const conditions = decrypting.map(({ condition = [] }) =>
      Object.fromEntries(condition.map(({ variable, values }) => [variable, values])),
    );
    expect(conditions).toEqual([
      {
        "kms:ViaService": ["s3.eu-west-1.amazonaws.com"],
        "kms:EncryptionContext:aws:s3:arn": [expect.any(String), expect.any(String)],
      },
      {
        "aws:ResourceTag/Stack": ["qa"],
        "kms:ViaService": ["lambda.eu-west-1.amazonaws.com"],
        "kms:EncryptionContext:aws:lambda:FunctionArn": PROTECTED.main
          .resources("aws_lambda_function")
          .map((one) => arnOf(one, PROTECTED))
          .sort((a, b) => order(a) - order(b)),
      },
    ]);
  });

  test("reads no object but the state, and no row", () => {
    const reading = roleOf(PROTECTED, "Plan").filter(({ actions }) => actions.includes("s3:GetObject"));
    expect(reading.flatMap(({ resources }) => resources)).toEqual([
      `${STATE}/qa.tfstate`,
      `${STATE}/qa.tfstate.tflock`,
    ]);
    for (const action of [
      "kinesis:GetRecords",
      "athena:GetQueryResults",
      "glue:GetPartitions",
      "logs:GetLogEvents",
    ]) {
      expect(allows(roleOf(PROTECTED, "Plan"), action)).toBe(false);
    }
  });

  test("may ask everything that the provider was seen to ask", () => {
    const needed = permissionsNeeded("reads");
    expect(needed.length).toBeGreaterThan(60);
    expect(needed.filter((action) => !allows(roleOf(PROTECTED, "Plan"), action))).toEqual([]);
  });

  test("reaches every resource that has a name", () => {
    // Settings of others, or found by ids that AWS gives.
    const nameless =
      /^aws_(s3_bucket_|lambda_(permission|invocation|function_event)|athena_named_query|cloudwatch_(event_target|log_resource_policy|log_stream)|default_security_group|eip|flow_log|iam_role_policy|instance|internet_gateway|kms_alias|nat_gateway|opensearch_domain_saml|route|security_group|sns_topic_policy|subnet|vpc)/;
    const named = COMPLETE.main.resources().filter(({ type }) => !nameless.test(type));
    expect(new Set(named.map(({ type }) => type)).size).toBeGreaterThan(19);
    const statements = roleOf(COMPLETE, "Plan").filter(({ resources = [] }) => !resources.includes("*"));
    const unreached = named
      .map((block) => arnOf(block, COMPLETE))
      .filter((arn) => !statements.some(({ resources = [] }) => resources.some((one) => matches(one, arn))));
    expect(unreached).toEqual([]);
  });
});

/** Place of a function's ARN in the order in which the names list them. */
function order(arn: string): number {
  return ["ValidateRecords", "MergeSmallFiles", "UpsertToES", "SearchSetup"].findIndex((name) =>
    arn.endsWith(name),
  );
}

describe("the role of proposals", () => {
  test("is the one of plans, and may put a plan where none is", () => {
    const more = roleOf(PROTECTED, "Propose").filter(
      ({ sid }) => !sids(roleOf(PROTECTED, "Plan")).includes(sid),
    );
    expect(more).toEqual([
      {
        sid: "KeepPlan",
        effect: "Allow",
        actions: ["s3:PutObject"],
        resources: [`${STATE}/plans/*`],
        condition: [{ test: "Null", variable: "s3:if-none-match", values: ["false"] }],
      },
    ]);
    const rest = roleOf(PROTECTED, "Propose").filter(({ sid }) => sid !== "KeepPlan");
    expect(rest).toEqual(roleOf(PROTECTED, "Plan"));
  });
});

describe("the role of approved plans", () => {
  test("may read what the others read, and fetch a plan, but keep none", () => {
    const apply = roleOf(PROTECTED, "Apply");
    expect(sids(apply)).toEqual(expect.arrayContaining(sids(roleOf(PROTECTED, "Plan"))));
    expect(allows(apply, "s3:GetObject", `${STATE}/plans/1.tar.gz`)).toBe(true);
    expect(allows(apply, "s3:PutObject", `${STATE}/plans/1.tar.gz`)).toBe(false);
  });

  test("writes the environment's state, not the one of its own stack", () => {
    const apply = roleOf(PROTECTED, "Apply");
    expect(allows(apply, "s3:PutObject", `${STATE}/qa.tfstate`)).toBe(true);
    expect(allows(apply, "s3:PutObject", `${STATE}/qa-state.tfstate`)).toBe(false);
    expect(allows(apply, "s3:GetObject", `${STATE}/qa-state.tfstate`)).toBe(false);
    expect(allows(apply, "s3:DeleteObject", `${STATE}/qa.tfstate`)).toBe(false);
  });

  test("changes roles of the stack only: neither its own, nor the boundary, nor without it", () => {
    const apply = roleOf(PROTECTED, "Apply").filter(({ actions }) =>
      actions.some((action) => /^iam:(?!Get|List)/.test(action)),
    );
    const roles = PROTECTED.main.resources("aws_iam_role").map((role) => arnOf(role, PROTECTED));
    for (const { resources = [] } of apply) expect([...resources].sort()).toEqual([...roles].sort());
    for (const role of PROTECTED.state.resources("aws_iam_role")) {
      expect(apply.some(({ resources = [] }) => resources.includes(arnOf(role, PROTECTED)))).toBe(false);
    }
    const boundary = {
      test: "StringEquals",
      variable: "iam:PermissionsBoundary",
      values: [reference(PROTECTED.state.only("aws_iam_policy", "Boundary"), "arn")],
    };
    for (const action of [
      "iam:CreateRole",
      "iam:PutRolePolicy",
      "iam:PutRolePermissionsBoundary",
      "iam:DeleteRolePolicy",
    ]) {
      const statements = apply.filter(({ actions }) => actions.includes(action));
      expect(statements).toHaveLength(1);
      expect(statements[0]?.condition).toEqual([boundary]);
    }
    const forbidden = [
      "iam:DeleteRolePermissionsBoundary",
      "iam:AttachRolePolicy",
      "iam:CreatePolicyVersion",
    ];
    for (const action of forbidden) expect(allows(apply, action)).toBe(false);
  });

  test("may invoke the set-up of the domain as the provider does, by the version $LATEST", () => {
    const setUp = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:${text(DISPOSABLE.main.only("aws_lambda_function", "SearchSetup"), "function_name")}`;
    for (const arn of [setUp, `${setUp}:$LATEST`]) {
      expect({ arn, allowed: allows(roleOf(DISPOSABLE, "Apply"), "lambda:InvokeFunction", arn) }).toEqual({
        arn,
        allowed: true,
      });
    }
  });

  test("gives roles to the services that run as them, and to no other", () => {
    const passing = roleOf(PROTECTED, "Apply").filter(({ actions }) => actions.includes("iam:PassRole"));
    expect(passing.map(({ condition }) => condition)).toEqual([
      [
        {
          test: "StringEquals",
          variable: "iam:PassedToService",
          values: ["firehose.amazonaws.com", "lambda.amazonaws.com", "vpc-flow-logs.amazonaws.com"],
        },
      ],
    ]);
  });

  /** Made and removed by a person: the key and the network. */
  const FOUNDATION = [
    "ec2:AssociateRouteTable",
    "ec2:CreateFlowLogs",
    "ec2:CreateRouteTable",
    "ec2:CreateSecurityGroup",
    "ec2:CreateSubnet",
    "ec2:CreateVpc",
    "ec2:CreateVpcEndpoint",
    "ec2:DeleteFlowLogs",
    "ec2:DeleteRouteTable",
    "ec2:DeleteSecurityGroup",
    "ec2:DeleteSubnet",
    "ec2:DeleteVpc",
    "ec2:DeleteVpcEndpoints",
    "ec2:DisassociateRouteTable",
    "ec2:ModifyVpcAttribute",
    "kms:CreateAlias",
    "kms:CreateKey",
    "kms:DeleteAlias",
    "kms:ScheduleKeyDeletion",
  ];
  /** What takes data away. */
  const REMOVAL = [
    "athena:DeleteWorkGroup",
    "es:DeleteDomain",
    "firehose:DeleteDeliveryStream",
    "glue:DeleteDatabase",
    "glue:DeleteTable",
    "kinesis:DeleteStream",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:DeleteObjectVersion",
    "s3:ListBucketVersions",
  ];

  test("of a disposable environment does what the provider was seen to do, without the foundation", () => {
    const denied = permissionsNeeded("writes").filter(
      (action) => !allows(roleOf(DISPOSABLE, "Apply"), action),
    );
    expect(denied.sort()).toEqual(FOUNDATION);
    for (const action of REMOVAL) expect(allows(roleOf(DISPOSABLE, "Apply"), action)).toBe(true);
  });

  test("of a protected one removes nothing that holds data", () => {
    const denied = permissionsNeeded("writes").filter(
      (action) => !allows(roleOf(PROTECTED, "Apply"), action),
    );
    expect(denied.sort()).toEqual(
      [...FOUNDATION, ...REMOVAL.filter((action) => permissionsNeeded("writes").includes(action))].sort(),
    );
    for (const action of [...REMOVAL, "s3:DeleteObject"]) {
      expect(allows(roleOf(PROTECTED, "Apply"), action, `arn:aws:s3:::retail-bi-qa-lake-${ACCOUNT}/x`)).toBe(
        false,
      );
    }
  });

  test("touches of what has no name only what carries the stack's tag", () => {
    for (const { sid, actions, resources = [], condition = [] } of roleOf(PROTECTED, "Apply")) {
      const nameless = resources.some((one) => one === "*" || one.endsWith("key/*"));
      const writing = actions.some((action) => /^(ec2|kms):(?!Describe|Get|List)/.test(action));
      if (nameless && writing) {
        expect([sid, condition]).toEqual([
          sid,
          expect.arrayContaining([
            { test: "StringEquals", variable: "aws:ResourceTag/Stack", values: ["qa"] },
          ]),
        ]);
      }
    }
  });
});

describe("what options add", () => {
  const quickSight = (type: string, id: string) => `arn:aws:quicksight:eu-west-1:${ACCOUNT}:${type}/${id}`;
  const SOURCE = quickSight("datasource", "qa-retail-quicksight");
  const SETS = ["raw", "parquet"].map((table) => quickSight("dataset", `qa-retail-quicksight-${table}`));
  const ANALYSIS = quickSight("analysis", "qa-retail-quicksight");
  const DASHBOARD = quickSight("dashboard", "qa-retail-quicksight");
  const serviceRole = (name = "aws-quicksight-service-role-v0") =>
    [`service-role/${name}`, name].map((path) => `arn:aws:iam::${ACCOUNT}:role/${path}`);

  /** By sid, what a role of the environment with every option may do that one without them may not. */
  function added(role: Role): Record<string, { actions: string[]; resources: readonly string[] }> {
    const known = sids(roleOf(PROTECTED, role));
    return Object.fromEntries(
      roleOf(COMPLETE, role)
        .filter(({ sid }) => !known.includes(sid))
        .map(({ sid = "", actions, resources = [] }) => [
          sid,
          { actions: actions.map((action) => action.replace("quicksight:", "")), resources },
        ]),
    );
  }

  test("a plan may ask and an apply may do what the provider does for them", () => {
    const missing = (role: Role, kind: "reads" | "writes") =>
      permissionsNeeded(kind, CALLS_OF_OPTIONS).filter((action) => !allows(roleOf(COMPLETE, role), action));
    expect(missing("Plan", "reads")).toEqual([]);
    expect(missing("Apply", "writes")).toEqual([]);
  });

  test("a plan reads of QuickSight the environment's own, and one policy of the account's role", () => {
    expect(added("Plan")).toEqual({
      ReadDataSources: {
        actions: ["DescribeDataSource", "DescribeDataSourcePermissions", "ListTagsForResource"],
        resources: [SOURCE],
      },
      ReadDataSets: {
        actions: [
          "DescribeDataSet",
          "DescribeDataSetPermissions",
          "DescribeDataSetRefreshProperties",
          "ListTagsForResource",
        ],
        resources: SETS,
      },
      ReadAnalyses: {
        actions: [
          "DescribeAnalysis",
          "DescribeAnalysisDefinition",
          "DescribeAnalysisPermissions",
          "ListTagsForResource",
        ],
        resources: [ANALYSIS],
      },
      ReadQuickSightDashboards: {
        actions: [
          "DescribeDashboard",
          "DescribeDashboardDefinition",
          "DescribeDashboardPermissions",
          "ListTagsForResource",
        ],
        resources: [DASHBOARD],
      },
      ReadQuickSightRole: { actions: ["iam:GetRolePolicy"], resources: serviceRole() },
    });
  });

  test("an apply reads and changes the same", () => {
    const tags = ["TagResource", "UntagResource"];
    expect(added("Apply")).toEqual({
      ...added("Plan"),
      ChangeDataSources: {
        actions: [
          "DeleteDataSource",
          "PassDataSource",
          ...tags,
          "UpdateDataSource",
          "UpdateDataSourcePermissions",
        ],
        resources: [SOURCE],
      },
      MakeDataSets: { actions: ["CreateDataSet", "UpdateDataSet"], resources: [...SETS, SOURCE] },
      ChangeDataSets: {
        actions: ["DeleteDataSet", "PassDataSet", ...tags, "UpdateDataSetPermissions"],
        resources: SETS,
      },
      ChangeAnalyses: {
        actions: ["CreateAnalysis", "DeleteAnalysis", ...tags, "UpdateAnalysis", "UpdateAnalysisPermissions"],
        resources: [ANALYSIS],
      },
      ChangeQuickSightDashboards: {
        actions: [
          "CreateDashboard",
          "DeleteDashboard",
          ...tags,
          "UpdateDashboard",
          "UpdateDashboardPermissions",
          "UpdateDashboardPublishedVersion",
        ],
        resources: [DASHBOARD],
      },
      GrantToBoundedQuickSight: {
        actions: ["iam:DeleteRolePolicy", "iam:PutRolePolicy"],
        resources: serviceRole(),
      },
      MakeDataSources: { actions: ["CreateDataSource"], resources: ["*"] },
    });
  });

  test("an apply makes a data source with the stack's tag only", () => {
    const making = roleOf(COMPLETE, "Apply").filter(({ sid }) => sid === "MakeDataSources");
    expect(making.map(({ condition }) => condition)).toEqual([
      [{ test: "StringEquals", variable: "aws:RequestTag/Stack", values: ["qa"] }],
    ]);
  });

  test("an apply writes no policy of a role without the boundary, QuickSight's included", () => {
    const writing = roleOf(COMPLETE, "Apply").filter(({ actions }) => actions.includes("iam:PutRolePolicy"));
    const boundary = reference(COMPLETE.state.only("aws_iam_policy", "Boundary"), "arn");
    expect(writing.map(({ sid, condition }) => [sid, condition])).toEqual(
      ["MakeBoundedRoles", "GrantToBoundedQuickSight"].map((sid) => [
        sid,
        [{ test: "StringEquals", variable: "iam:PermissionsBoundary", values: [boundary] }],
      ]),
    );
    for (const { sid, actions, resources = [] } of roleOf(COMPLETE, "Apply")) {
      const changing = actions.filter((action) => /^iam:(?!Get|List)/.test(action));
      const reached = serviceRole().some((arn) => resources.some((one) => matches(one, arn)));
      if (changing.length > 0 && reached) expect(sid).toBe("GrantToBoundedQuickSight");
    }
  });

  test("the role is the one that the environment names", () => {
    const named = stacks({
      ...FULL,
      serving: { quickSight: { ...FULL.serving?.quickSight, serviceRoleName: "analytics" } },
    });
    const reading = roleOf(named, "Plan").filter(({ sid }) => sid === "ReadQuickSightRole");
    expect(reading.map(({ resources }) => resources)).toEqual([serviceRole("analytics")]);
  });

  test("without QuickSight nothing of it is granted", () => {
    const granted = (["Plan", "Propose", "Apply"] as const).flatMap((role) =>
      roleOf(PROTECTED, role).flatMap(({ actions }) => actions),
    );
    expect(granted.filter((action) => action.startsWith("quicksight:"))).toEqual([]);
  });
});

describe.each([
  ["of an environment", PROTECTED],
  ["of one with every option", COMPLETE],
])("the boundary %s", (_, both) => {
  const stackRoles = () =>
    both.main
      .data("aws_iam_policy_document")
      .filter(({ address }) => address.includes("Permissions_Document"))
      .map((document) => ({
        path: document.path,
        statements: statementsOf(document).map((statement) => ({
          ...statement,
          resources: (statement.resources ?? []).map((one) => resolved(one, both)),
        })),
      }));

  test("is on every role of the stack", () => {
    const arn = arnOf(both.state.only("aws_iam_policy", "Boundary"), both);
    const roles = both.main.resources("aws_iam_role");
    expect(roles.length).toBeGreaterThan(6);
    for (const { properties } of roles) expect(properties["permissions_boundary"]).toBe(arn);
  });

  test("takes nothing away from what they are granted", () => {
    const boundary = boundaryOf(both);
    const pairs = stackRoles().flatMap(({ path, statements }) =>
      statements
        .filter(({ effect }) => effect !== "Deny")
        .flatMap(({ actions, resources = [] }) =>
          actions.flatMap((action) => resources.map((resource) => ({ path, action, resource }))),
        ),
    );
    expect(pairs.length).toBeGreaterThan(100);
    expect(pairs.filter(({ action, resource }) => !allows(boundary, action, resource))).toEqual([]);
  });

  test("gives room for nothing that none of them needs", () => {
    const granted = new Set(
      stackRoles().flatMap(({ statements }) => statements.flatMap(({ actions }) => actions)),
    );
    const idle = boundaryOf(both).flatMap(({ actions }) => actions.filter((action) => !granted.has(action)));
    expect(idle).toEqual([]);
  });

  test("holds no permission over permissions, roles or the state", () => {
    const boundary = boundaryOf(both);
    for (const { actions, resources = [] } of boundary) {
      expect(actions.filter((action) => /^(iam|sts|organizations):/.test(action))).toEqual([]);
      expect(resources.filter((one) => one.startsWith(STATE))).toEqual([]);
    }
  });
});

describe("what AWS takes", () => {
  const size = (statements: readonly PolicyStatement[], both: Stacks) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: statements.map(({ sid, effect = "Allow", actions, resources = [], condition = [] }) => ({
        Sid: sid,
        Effect: effect,
        Action: actions,
        Resource: resources,
        ...(condition.length > 0 && {
          Condition: Object.fromEntries(
            condition.map(({ test, variable, values }) => [
              test + variable,
              { [variable]: values.map((value) => resolved(value, both)) },
            ]),
          ),
        }),
      })),
    }).length;

  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
  const INLINE = 10_240;
  const MANAGED = 6_144;
  const ATTACHED = 10;

  test("the longest name of an environment leaves every policy short enough", () => {
    const longest = stacks({
      ...FULL,
      name: "abcdefghij",
      protection: "disposable",
      serving: { quickSight: { ...FULL.serving?.quickSight, serviceRoleName: "r".repeat(64) } },
    });
    for (const role of ["Plan", "Propose", "Apply"] as const) {
      const [own, ...attached] = documentsOf(longest, role).sort(
        (a, b) => Number(b.address.includes(`_${role}_`)) - Number(a.address.includes(`_${role}_`)),
      );
      if (!own) throw new Error(`${role} has no policy`);
      expect(size(statements(longest, own), longest)).toBeLessThan(INLINE);
      expect(attached.length).toBeGreaterThan(1);
      expect(attached.length).toBeLessThanOrEqual(ATTACHED);
      for (const document of attached) {
        const characters = size(statements(longest, document), longest);
        expect([document.address, characters, characters < MANAGED]).toEqual([
          document.address,
          characters,
          true,
        ]);
      }
    }
    expect(size(boundaryOf(longest), longest)).toBeLessThan(MANAGED);
  });

  test("plans that nobody approved end", () => {
    const rules = object(DISPOSABLE.state.only("aws_s3_bucket_lifecycle_configuration").properties)["rule"];
    expect(rules).toContainEqual({
      id: "plans",
      status: "Enabled",
      filter: [{ prefix: "plans/" }],
      expiration: [{ days: 14 }],
    });
  });
});

test("docs/delivery-policies.md has the policies as they are; if not, `npm run docs:policies` writes it anew", () => {
  const page = readFileSync(join(__dirname, "..", "..", "docs", "delivery-policies.md"), "utf8");
  expect(page).toBe(policiesPage());
});
