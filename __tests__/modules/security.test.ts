import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DataAwsIamPolicyDocument } from "@cdktf/provider-aws/lib/data-aws-iam-policy-document";
import { DataAwsKinesisStream } from "@cdktf/provider-aws/lib/data-aws-kinesis-stream";
import { IamPolicyAttachment } from "@cdktf/provider-aws/lib/iam-policy-attachment";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { KinesisStream } from "@cdktf/provider-aws/lib/kinesis-stream";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function";
import { OpensearchDomain } from "@cdktf/provider-aws/lib/opensearch-domain";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { S3BucketServerSideEncryptionConfigurationA } from "@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { Aspects, TerraformStack, TerraformVariable, Testing, Token } from "cdktf";
import type { Construct } from "constructs";
import { Guardrails } from "../../modules/aspects/guardrails";
import { PermissionsBoundary } from "../../modules/aspects/permissions-boundary";
import { Tags } from "../../modules/aspects/tags";
import { LogGroup } from "../../modules/operations/log-group";
import { EncryptionKey, type EncryptionKeyProps } from "../../modules/security/encryption-key";
import { ExecutionRole, type ExecutionRoleProps } from "../../modules/security/execution-role";
import { allExplanations } from "../../modules/security/explanations";
import { PolicyDocument } from "../../modules/security/policy";
import { PrivateBucket, type PrivateBucketProps } from "../../modules/security/private-bucket";
import { LOCATION } from "../support/environments";
import { propertiesThatMoveNothing, reference, statementsOf, Template } from "../support/template";
import { testApp } from "../support/test-app";

const KEY: EncryptionKeyProps = {
  alias: "alias/test",
  description: "test",
  location: LOCATION,
  services: ["s3", "kinesis", "lambda", "es"],
  deletionDays: 7,
  protected: false,
};

const ROLE: ExecutionRoleProps = { name: "worker", description: "works", service: "lambda.amazonaws.com" };

const key = (scope: Construct, id = "Key"): EncryptionKey => new EncryptionKey(scope, id, KEY);

const STATEMENT = {
  sid: "Read",
  actions: ["s3:GetObject"],
  resources: ["arn:aws:s3:::bucket/*"],
} as const;

describe("a policy", () => {
  test("carries what was added, in order, and the same thing once", () => {
    const template = Template.of((stack) => {
      const policy = new PolicyDocument(stack, "Policy");
      policy.add(STATEMENT);
      policy.add({
        sid: "Deny",
        effect: "Deny",
        actions: ["s3:*"],
        resources: ["*"],
        principals: [{ type: "AWS", identifiers: ["*"] }],
        conditions: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
      });
      policy.add({ ...STATEMENT });
    });

    expect(template.statements("Policy")).toEqual([
      { ...STATEMENT, effect: "Allow" },
      {
        sid: "Deny",
        effect: "Deny",
        actions: ["s3:*"],
        resources: ["*"],
        principals: [{ type: "AWS", identifiers: ["*"] }],
        condition: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
      },
    ]);
  });

  test.each([
    ["an action", { ...STATEMENT, actions: ["s3:*"] }, /statement "Read" allows s3:\*; write .* out/],
    ["part of an action", { ...STATEMENT, actions: ["s3:Get*"] }, /allows s3:Get\*/],
    ["any resource", { ...STATEMENT, resources: ["*"] }, /allows \*/],
  ])("refuses %s by wildcard, naming its place", (_, statement, message) => {
    Template.of((stack) => {
      const policy = new PolicyDocument(stack, "Policy");
      expect(() => policy.add(statement)).toThrow(message);
      expect(() => policy.add(statement)).toThrow(/^test\/Policy: /);
    });
  });

  test("refuses two statements of one id", () => {
    Template.of((stack) => {
      const policy = new PolicyDocument(stack, "Policy");
      policy.add(STATEMENT);
      expect(() => policy.add({ ...STATEMENT, actions: ["s3:PutObject"] })).toThrow(
        'test/Policy: two different statements have the id "Read"',
      );
    });
  });

  test("any resource and anyone are possible with a reason, which is kept", () => {
    const stack = new TerraformStack(testApp(), "test");
    new AwsProvider(stack, "Aws", {});
    const policy = new PolicyDocument(stack, "Policy");
    policy.addForAnyResource({ sid: "Describe", actions: ["ec2:DescribeSubnets"] }, "it has no resources");
    policy.addForAnyone(STATEMENT, "nobody can be named");

    expect(Template.ofStack(stack).statements("Policy")).toEqual([
      { sid: "Describe", effect: "Allow", actions: ["ec2:DescribeSubnets"], resources: ["*"] },
      { ...STATEMENT, effect: "Allow", principals: [{ type: "AWS", identifiers: ["*"] }] },
    ]);
    expect(allExplanations(stack)).toEqual([
      {
        path: "test/Policy/Document",
        exception: "any-resource",
        subject: "Describe",
        reason: "it has no resources",
      },
      {
        path: "test/Policy/Document",
        exception: "any-principal",
        subject: "Read",
        reason: "nobody can be named",
      },
    ]);
  });
});

describe("an execution role", () => {
  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<ExecutionRoleProps>((stack, pick) => {
      const other = {
        name: "other",
        description: "other",
        service: "firehose.amazonaws.com",
        sourceAccount: "1",
      };
      new ExecutionRole(stack, "Role", pick(ROLE, other)).allow(STATEMENT);
    });
    expect(unmoved).toEqual([]);
  });

  test("is assumed by its service for its account, and has one policy of what was granted", () => {
    const template = Template.of((stack) => {
      new ExecutionRole(stack, "Role", { ...ROLE, sourceAccount: "123456789012" }).allow(STATEMENT);
    });

    expect(template.statements("Role_Trust")).toEqual([
      {
        actions: ["sts:AssumeRole"],
        principals: [{ type: "Service", identifiers: ["lambda.amazonaws.com"] }],
        condition: [{ test: "StringEquals", variable: "aws:SourceAccount", values: ["123456789012"] }],
      },
    ]);
    const [document] = template.data().filter(({ address }) => address.includes("Permissions"));
    if (!document) throw new Error("no permissions");
    expect(template.only("aws_iam_role_policy").properties).toEqual({
      name: "granted",
      role: reference(template.only("aws_iam_role"), "name"),
      policy: `\${data.${document.address}.json}`,
    });
    expect(template.grants("Role")).toEqual({
      Read: { actions: ["s3:GetObject"], resources: ["arn:aws:s3:::bucket/*"] },
    });
  });
});

describe("the encryption key", () => {
  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<EncryptionKeyProps>((stack, pick) => {
      const other = {
        alias: "alias/other",
        description: "other",
        location: { ...LOCATION, region: "us-east-1" },
        services: ["s3"],
        deletionDays: 30,
        protected: true,
      } as const;
      new EncryptionKey(stack, "Key", pick(KEY, other));
    });
    expect(unmoved).toEqual([]);
  });

  test("rotates, has its alias, and ends after the days given", () => {
    const template = Template.of((stack) => key(stack));
    const resource = template.only("aws_kms_key");
    expect(resource.properties).toMatchObject({ enable_key_rotation: true, deletion_window_in_days: 7 });
    expect(template.only("aws_kms_alias").properties).toEqual({
      name: "alias/test",
      target_key_id: reference(resource, "key_id"),
    });
  });

  test("is used through the named services only, and by CloudWatch for the named groups only", () => {
    const template = Template.of((stack) => {
      const encryptionKey = key(stack);
      new LogGroup(stack, "One", { name: "/one", retentionDays: 1, key: encryptionKey });
      new LogGroup(stack, "Two", { name: "/two", retentionDays: 1, key: encryptionKey });
    });
    const statements = new Map(template.statements("Key_Policy").map((s) => [s.sid, s]));
    const services = ["s3", "kinesis", "lambda", "es"].map((name) => `${name}.eu-west-1.amazonaws.com`);

    expect([...statements.keys()]).toEqual([
      "AccountAdministersKey",
      "AccountUsesKeyThroughServices",
      "ServicesKeepUsingKey",
      "CloudWatchEncryptsLogGroups",
    ]);
    for (const use of ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant"]) {
      expect(statements.get("AccountAdministersKey")?.actions).not.toContain(use);
    }
    for (const sid of ["AccountAdministersKey", "AccountUsesKeyThroughServices", "ServicesKeepUsingKey"]) {
      expect([sid, statements.get(sid)?.principals]).toEqual([
        sid,
        [{ type: "AWS", identifiers: ["arn:aws:iam::123456789012:root"] }],
      ]);
    }
    expect(statements.get("AccountUsesKeyThroughServices")).toMatchObject({
      actions: expect.arrayContaining(["kms:Decrypt", "kms:GenerateDataKey"]),
      condition: [{ test: "StringEquals", variable: "kms:ViaService", values: services }],
    });
    expect(statements.get("ServicesKeepUsingKey")?.condition).toEqual([
      { test: "StringEquals", variable: "kms:ViaService", values: services },
      { test: "Bool", variable: "kms:GrantIsForAWSResource", values: ["true"] },
    ]);
    expect(statements.get("CloudWatchEncryptsLogGroups")).toMatchObject({
      principals: [{ type: "Service", identifiers: ["logs.eu-west-1.amazonaws.com"] }],
      condition: [
        {
          test: "ArnEquals",
          variable: "kms:EncryptionContext:aws:logs:arn",
          values: ["/one", "/two"].map((name) => `arn:aws:logs:eu-west-1:123456789012:log-group:${name}`),
        },
      ],
    });
  });

  test.each([
    [true, true, ["kms:Decrypt", "kms:GenerateDataKey"]],
    [true, false, ["kms:Decrypt"]],
    [false, true, ["kms:GenerateDataKey"]],
  ])("a grant to decrypt (%s) and to encrypt (%s) allows exactly that", (decrypt, encrypt, actions) => {
    const template = Template.of((stack) => {
      const context = { key: "aws:kinesis:arn", values: ["arn:stream"] };
      key(stack).grantUse(new ExecutionRole(stack, "Role", ROLE), "Use", {
        via: "kinesis",
        decrypt,
        encrypt,
        context,
      });
    });
    expect(template.statements("Role_Permissions")).toEqual([
      {
        sid: "Use",
        effect: "Allow",
        actions,
        resources: [reference(template.only("aws_kms_key"), "arn")],
        condition: [
          { test: "StringEquals", variable: "kms:ViaService", values: ["kinesis.eu-west-1.amazonaws.com"] },
          { test: "StringLike", variable: "kms:EncryptionContext:aws:kinesis:arn", values: ["arn:stream"] },
        ],
      },
    ]);
  });

  test("a key without log groups says nothing of CloudWatch, and is granted via its own services only", () => {
    const template = Template.of((stack) => {
      const forState = new EncryptionKey(stack, "Key", { ...KEY, services: ["s3"] });
      const role = new ExecutionRole(stack, "Role", ROLE);
      const use = { decrypt: true, encrypt: false, context: { key: "aws:kinesis:arn", values: ["arn"] } };
      expect(() => forState.grantUse(role, "Use", { via: "kinesis", ...use })).toThrow(
        'test/Key: cannot be used via "kinesis"; only via s3',
      );
    });
    expect(template.statements("Key_Policy").map(({ sid }) => sid)).toEqual([
      "AccountAdministersKey",
      "AccountUsesKeyThroughServices",
      "ServicesKeepUsingKey",
    ]);
  });

  test("protected, it refuses to be destroyed", () => {
    const lifecycle = (isProtected: boolean) =>
      Template.of((stack) => new EncryptionKey(stack, "Key", { ...KEY, protected: isProtected })).only(
        "aws_kms_key",
      ).properties["lifecycle"];
    expect(lifecycle(true)).toEqual({ prevent_destroy: true });
    expect(lifecycle(false)).toBeUndefined();
  });
});

describe("a log group", () => {
  const PROPS = { name: "/test", retentionDays: 7 };

  test("keeps logs for the days given, encrypted; its writers cannot create it", () => {
    const template = Template.of((stack) => {
      new LogGroup(stack, "Logs", { ...PROPS, key: key(stack) }).grantWrite(
        new ExecutionRole(stack, "Role", ROLE),
      );
    });
    const group = template.only("aws_cloudwatch_log_group");
    expect(group.properties).toEqual({
      name: "/test",
      retention_in_days: 7,
      kms_key_id: reference(template.only("aws_kms_key"), "arn"),
    });
    expect(template.grants("Role")).toEqual({
      WriteLogs: {
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [`${reference(group, "arn")}:*`],
      },
    });
  });
});

describe("a private bucket", () => {
  const props = (stack: TerraformStack): PrivateBucketProps => ({
    name: "bucket",
    encryption: { key: key(stack) },
    accessLog: { noLogReason: "a test" },
    protected: false,
    noncurrentVersionDays: 3,
  });

  test("every property moves the output", () => {
    const unmoved = propertiesThatMoveNothing<PrivateBucketProps>((stack, pick) => {
      const usual = props(stack);
      const logs = new PrivateBucket(stack, "Logs", { ...usual, name: "logs" });
      const other = {
        name: "other",
        encryption: { ownKeyReason: "a test" },
        accessLog: { bucket: logs, prefix: "here/" },
        protected: true,
        noncurrentVersionDays: 4,
        expirations: [{ id: "old", prefix: "old/", days: 1 }],
      };
      new PrivateBucket(stack, "Bucket", pick(usual, other));
    });
    expect(unmoved).toEqual([]);
  });

  test("is closed, versioned, encrypted with the key, and speaks TLS 1.2 or nothing", () => {
    const template = Template.of((stack) => {
      new PrivateBucket(stack, "Bucket", props(stack));
    });
    const bucket = reference(template.only("aws_s3_bucket"), "bucket");
    const arn = reference(template.only("aws_s3_bucket"), "arn");

    expect(template.only("aws_s3_bucket_public_access_block").properties).toEqual({
      bucket,
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(template.only("aws_s3_bucket_ownership_controls").properties).toEqual({
      bucket,
      rule: { object_ownership: "BucketOwnerEnforced" },
    });
    expect(template.only("aws_s3_bucket_versioning").properties).toEqual({
      bucket,
      versioning_configuration: { status: "Enabled" },
    });
    expect(template.only("aws_s3_bucket_server_side_encryption_configuration").properties).toEqual({
      bucket,
      rule: [
        {
          apply_server_side_encryption_by_default: {
            sse_algorithm: "aws:kms",
            kms_master_key_id: reference(template.only("aws_kms_key"), "arn"),
          },
          bucket_key_enabled: true,
        },
      ],
    });
    expect(template.statements("Bucket_Policy")).toEqual(
      [
        {
          sid: "DenyWithoutTls",
          condition: [{ test: "Bool", variable: "aws:SecureTransport", values: ["false"] }],
        },
        {
          sid: "DenyOldTls",
          condition: [{ test: "NumericLessThan", variable: "s3:TlsVersion", values: ["1.2"] }],
        },
      ].map((statement) => ({
        ...statement,
        effect: "Deny",
        principals: [{ type: "AWS", identifiers: ["*"] }],
        actions: ["s3:*"],
        resources: [arn, `${arn}/*`],
      })),
    );
    expect(template.only("aws_s3_bucket_policy").properties["depends_on"]).toEqual([
      template.only("aws_s3_bucket_public_access_block").address,
    ]);
  });

  test("ends old versions, lone delete markers, abandoned uploads, and what it is told to", () => {
    const template = Template.of((stack) => {
      const expirations = [
        { id: "old", prefix: "old/", days: 9 },
        { id: "all", days: 99 },
      ];
      new PrivateBucket(stack, "Bucket", { ...props(stack), expirations });
    });
    expect(template.only("aws_s3_bucket_lifecycle_configuration").properties["rule"]).toEqual([
      { id: "old", status: "Enabled", filter: [{ prefix: "old/" }], expiration: [{ days: 9 }] },
      { id: "all", status: "Enabled", filter: [{}], expiration: [{ days: 99 }] },
      {
        id: "old-versions",
        status: "Enabled",
        filter: [{}],
        noncurrent_version_expiration: [{ noncurrent_days: 3 }],
        expiration: [{ expired_object_delete_marker: true }],
      },
      {
        id: "abandoned-uploads",
        status: "Enabled",
        filter: [{}],
        abort_incomplete_multipart_upload: [{ days_after_initiation: 2 }],
      },
    ]);
  });

  test("protected, it refuses to be destroyed; disposable, it goes with its content", () => {
    const bucket = (isProtected: boolean) =>
      Template.of((stack) => {
        new PrivateBucket(stack, "Bucket", { ...props(stack), protected: isProtected });
      }).only("aws_s3_bucket").properties;
    expect(bucket(true)).toEqual({ bucket: "bucket", lifecycle: { prevent_destroy: true } });
    expect(bucket(false)).toEqual({ bucket: "bucket", force_destroy: true });
  });
});

/** The classes of the provider's bindings that guardrails and boundary look at. */
const OWN_BINDINGS = {
  CloudwatchLogGroup,
  DataAwsIamPolicyDocument,
  IamRole,
  Instance,
  KinesisStream,
  LambdaFunction,
  OpensearchDomain,
  S3BucketServerSideEncryptionConfigurationA,
  SecurityGroup,
  SnsTopic,
  VpcSecurityGroupIngressRule,
};
type Bindings = typeof OWN_BINDINGS;

/** Loads a package once for all test files; see environment.js. */
declare const requireOnce: NodeJS.Require;

/** The same classes from another copy, as a second installation of the package would have them. */
function secondCopy({ ofCdktf }: { readonly ofCdktf: boolean }): Bindings {
  const { cache } = requireOnce;
  const packages = ofCdktf ? /\/node_modules\/(@cdktf|cdktf|constructs)\// : /\/node_modules\/@cdktf\//;
  const own = Object.entries(cache).filter(([path]) => packages.test(path));
  for (const [path] of own) delete cache[path];
  const copies = Object.entries(OWN_BINDINGS).map(([name, { tfResourceType }]) => {
    const data = name.startsWith("Data") ? "data-" : "";
    const folder = `${data}${tfResourceType.replaceAll("_", "-")}`;
    const path = `@cdktf/provider-aws/lib/${data ? folder : folder.replace(/^aws-/, "")}`;
    return [name, requireOnce(path)[name]];
  });
  Object.assign(cache, Object.fromEntries(own));
  return Object.fromEntries(copies);
}

describe("guardrails", () => {
  const findings = (build: (stack: TerraformStack) => void): string[] => {
    const stack = new TerraformStack(testApp(), "test");
    const guardrails = new Guardrails();
    Aspects.of(stack).add(guardrails);
    build(stack);
    Testing.synth(stack);
    return guardrails.findings;
  };
  const policy = (stack: TerraformStack, of: Bindings, statement: object) =>
    new of.DataAwsIamPolicyDocument(stack, "Bad", { statement: [{ sid: "S", ...statement }] });

  describe.each<[string, Bindings]>([
    ["our bindings", OWN_BINDINGS],
    ["a second copy of the provider's bindings", secondCopy({ ofCdktf: false })],
    ["a second copy of the bindings and of cdktf", secondCopy({ ofCdktf: true })],
  ])("with resources of %s", (_copy, of) => {
    if (of !== OWN_BINDINGS) {
      test("the copy is a second one", () => {
        const copied = Object.entries(of).map(
          ([name, copy]) => copy !== OWN_BINDINGS[name as keyof Bindings],
        );
        expect(copied).not.toContain(false);
      });
    }

    test("the boundary is set on a role", () => {
      const stack = new TerraformStack(testApp(), "test");
      Aspects.of(stack).add(new PermissionsBoundary("arn:boundary"));
      const role = new of.IamRole(stack, "Role", { assumeRolePolicy: "{}" });
      Testing.synth(stack);
      expect(role.permissionsBoundaryInput).toBe("arn:boundary");
    });

    test.each<[string, (stack: TerraformStack, of: Bindings) => void, string]>([
      [
        "an action by *",
        (stack, of) => policy(stack, of, { actions: ["s3:*"], resources: ["arn"] }),
        'is a policy whose statement "S" allows an action by *',
      ],
      [
        "any resource",
        (stack, of) => policy(stack, of, { actions: ["s3:GetObject"], resources: ["*"] }),
        'is a policy whose statement "S" allows any resource without a reason',
      ],
      [
        "anyone",
        (stack, of) =>
          policy(stack, of, {
            actions: ["s3:GetObject"],
            resources: ["arn"],
            principals: [{ type: "AWS", identifiers: ["*"] }],
          }),
        'is a policy whose statement "S" allows anyone without a reason',
      ],
      [
        "a log group without a key",
        (stack, of) => new of.CloudwatchLogGroup(stack, "Bad", { retentionInDays: 1 }),
        "is a log group without a key",
      ],
      [
        "logs for ever",
        (stack, of) => new of.CloudwatchLogGroup(stack, "Bad", { kmsKeyId: "key" }),
        "is a log group that keeps logs for ever",
      ],
      [
        "an open topic",
        (stack, of) => new of.SnsTopic(stack, "Bad", { name: "t" }),
        "is a topic without a key",
      ],
      [
        "an instance that answers IMDSv1",
        (stack, of) => new of.Instance(stack, "Bad", { rootBlockDevice: { kmsKeyId: "k" } }),
        "is an instance without IMDSv2",
      ],
      [
        "an instance with an open disk",
        (stack, of) => new of.Instance(stack, "Bad", { metadataOptions: { httpTokens: "required" } }),
        "is an instance without a key",
      ],
      [
        "an instance with SSH",
        (stack, of) =>
          new of.Instance(stack, "Bad", {
            metadataOptions: { httpTokens: "required" },
            rootBlockDevice: { kmsKeyId: "k" },
            keyName: "mine",
          }),
        "is an instance that takes a key pair",
      ],
      [
        "an open stream",
        (stack, of) => new of.KinesisStream(stack, "Bad", { name: "s" }),
        "is a stream without a key",
      ],
      [
        "a function with an open environment",
        (stack, of) =>
          new of.LambdaFunction(stack, "Bad", {
            functionName: "f",
            role: "r",
            loggingConfig: { logFormat: "JSON", logGroup: "g" },
          }),
        "is a function whose environment has no key",
      ],
      [
        "a function that logs anywhere",
        (stack, of) => new of.LambdaFunction(stack, "Bad", { functionName: "f", role: "r", kmsKeyArn: "k" }),
        "is a function without a log group of its own",
      ],
      [
        "a bucket without the key",
        (stack, of) =>
          new of.S3BucketServerSideEncryptionConfigurationA(stack, "Bad", {
            bucket: "b",
            rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
          }),
        "encrypts a bucket without the environment's key",
      ],
      [
        "a security group with rules of its own",
        (stack, of) =>
          new of.SecurityGroup(stack, "Bad", { egress: [{ fromPort: 0, toPort: 0, protocol: "-1" }] }),
        "is a security group with rules of its own; they are resources here",
      ],
      [
        "a door for everyone",
        (stack, of) =>
          new of.VpcSecurityGroupIngressRule(stack, "Bad", {
            securityGroupId: "g",
            ipProtocol: "tcp",
            cidrIpv4: "0.0.0.0/0",
          }),
        "lets everyone in",
      ],
    ])("finds %s", (_, build, finding) => {
      expect(findings((stack) => build(stack, of))).toEqual([`test/Bad ${finding}`]);
    });

    test("finds an open search domain", () => {
      expect(findings((stack) => new of.OpensearchDomain(stack, "Bad", { domainName: "d" }))).toEqual([
        "test/Bad is a domain without a key",
        "test/Bad is a domain with open nodes",
        "test/Bad is a domain without TLS",
      ]);
    });
  });

  test("say nothing of a data source that has the name of a resource with rules", () => {
    expect(findings((stack) => new DataAwsKinesisStream(stack, "Foreign", { name: "s" }))).toEqual([]);
  });

  test("accept a retention that is known later", () => {
    const days = (stack: TerraformStack) => new TerraformVariable(stack, "days", {}).numberValue;
    expect(
      findings((stack) => {
        new CloudwatchLogGroup(stack, "Logs", { kmsKeyId: "k", retentionInDays: days(stack) });
      }),
    ).toEqual([]);
  });

  test("let pass what is right, what is denied, and what carries its reason", () => {
    const passed = findings((stack) => {
      const encryptionKey = key(stack);
      new LogGroup(stack, "Logs", { name: "/l", retentionDays: 1, key: encryptionKey });
      new PrivateBucket(stack, "Bucket", {
        name: "bucket",
        encryption: { ownKeyReason: "a test" },
        accessLog: { noLogReason: "a test" },
        protected: false,
        noncurrentVersionDays: 1,
      });
    });
    expect(passed).toEqual([]);
  });
});

describe("tags", () => {
  test("that a resource has as a token are merged by Terraform, and win", () => {
    const template = Template.of((stack) => {
      Aspects.of(stack).add(new Tags({ Project: "p" }));
      const tags = new TerraformVariable(stack, "tags", { type: "map(string)" });
      new KinesisStream(stack, "Stream", { name: "s", tags: Token.asStringMap(tags.value) });
    });
    expect(template.only("aws_kinesis_stream").properties["tags"]).toBe(
      `\${merge({"Project" = "p"}, var.tags)}`,
    );
  });

  test("every resource that takes tags has them, its own win, and no other gets any", () => {
    const template = Template.of((stack) => {
      Aspects.of(stack).add(new Tags({ Project: "p", Name: "general" }));
      new KinesisStream(stack, "Plain", { name: "s" });
      new SecurityGroup(stack, "Named", { tags: { Name: "own" } });
      new IamPolicyAttachment(stack, "Untaggable", { name: "a", policyArn: "p" });
      key(stack);
    });

    expect(template.only("aws_kinesis_stream").properties["tags"]).toEqual({ Project: "p", Name: "general" });
    expect(template.only("aws_security_group").properties["tags"]).toEqual({ Project: "p", Name: "own" });
    expect(template.only("aws_kms_key").properties["tags"]).toEqual({ Project: "p", Name: "general" });
    expect(template.only("aws_kms_alias").properties["tags"]).toBeUndefined();
    expect(template.only("aws_iam_policy_attachment").properties["tags"]).toBeUndefined();
    expect(template.data().flatMap(statementsOf).length).toBeGreaterThan(0);
  });
});
