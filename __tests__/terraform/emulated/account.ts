import { DeleteTableCommand, GetDatabasesCommand, GlueClient } from "@aws-sdk/client-glue";
import {
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
  KinesisClient,
  ListStreamsCommand,
} from "@aws-sdk/client-kinesis";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { SEARCH_SERVICE, SEARCH_SERVICE_ROLE } from "../../../modules/account-wide";
import { check } from "./report";

/** A request to a service. */
interface Call {
  readonly target?: string;
  readonly contentType: string;
  /** An object is sent as JSON. */
  readonly body: object | string;
}

/** The emulated account, changed and inspected without Terraform. */
export class Account {
  private readonly s3: S3Client;
  private readonly kinesis: KinesisClient;
  private readonly glue: GlueClient;
  private readonly lambda: LambdaClient;

  public constructor(
    private readonly url: string,
    private readonly region: string,
  ) {
    const options = {
      endpoint: url,
      region,
      credentials: { accessKeyId: "somebody", secretAccessKey: "else" },
    };
    this.s3 = new S3Client({ ...options, forcePathStyle: true });
    // The SDK would use HTTP/2 for Kinesis.
    this.kinesis = new KinesisClient({ ...options, requestHandler: new NodeHttpHandler() });
    this.glue = new GlueClient(options);
    this.lambda = new LambdaClient(options);
  }

  /** Names of all buckets. */
  public async buckets(): Promise<string[]> {
    const { Buckets = [] } = await this.s3.send(new ListBucketsCommand({}));
    return Buckets.flatMap(({ Name }) => (Name === undefined ? [] : [Name])).sort();
  }

  public async putObject(bucket: string, key: string, body: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  }

  public async readObject(bucket: string, key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    check(Body !== undefined, `s3://${bucket}/${key} has no body`);
    return Body.transformToString();
  }

  /** Version and checksum: equal results mean the same object. */
  public async objectVersion(bucket: string, key: string): Promise<string> {
    const { VersionId, ETag } = await this.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return `${VersionId} ${ETag}`;
  }

  /** An object's encryption key, and its number of versions. */
  public async describeObject(bucket: string, key: string): Promise<{ kmsKey: string; versions: number }> {
    const { SSEKMSKeyId: kmsKey } = await this.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    check(kmsKey !== undefined, `s3://${bucket}/${key} is encrypted with no key of ours`);
    const { Versions = [] } = await this.s3.send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key }),
    );
    return { kmsKey, versions: Versions.filter((version) => version.Key === key).length };
  }

  public async deleteObject(bucket: string, key: string): Promise<void> {
    await this.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }

  /** Extends the stream's retention by a day. */
  public async lengthenRetention(stream: string): Promise<void> {
    const { StreamDescriptionSummary: summary } = await this.kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: stream }),
    );
    check(summary?.RetentionPeriodHours !== undefined, `stream ${stream} has no retention`);
    const RetentionPeriodHours = summary.RetentionPeriodHours + 24;
    await this.kinesis.send(
      new IncreaseStreamRetentionPeriodCommand({ StreamName: stream, RetentionPeriodHours }),
    );
  }

  public async deleteTable(database: string, table: string): Promise<void> {
    await this.glue.send(new DeleteTableCommand({ DatabaseName: database, Name: table }));
  }

  /** Creates a search domain by one call, without waiting. */
  public async makeSearchDomain(name: string): Promise<void> {
    const answer = await this.post("/2021-01-01/opensearch/domain", "es", {
      contentType: "application/json",
      body: { DomainName: name, EngineVersion: "OpenSearch_2.19" },
    });
    check(answer.ok, `the stand-in makes no search domain: ${answer.status} ${await answer.text()}`);
  }

  /** Functions return their input at once; otherwise the stand-in would need Docker. */
  public async useFunctionsWithoutDocker(): Promise<void> {
    const answer = await fetch(`${this.url}/moto-api/config`, {
      method: "POST",
      body: JSON.stringify({ lambda: { use_docker: false } }),
    });
    check(answer.ok, `the stand-in does not take its configuration: ${answer.status}`);
  }

  /** Names of all databases in the catalog. */
  public async databases(): Promise<string[]> {
    const { DatabaseList = [] } = await this.glue.send(new GetDatabasesCommand({}));
    return DatabaseList.flatMap(({ Name }) => (Name === undefined ? [] : [Name])).sort();
  }

  /** ARNs of all resources with the project's tag. */
  public async tagged(): Promise<string[]> {
    const arns: string[] = [];
    for (let token: string | undefined = ""; token !== undefined; ) {
      const text = await this.listed("tagging", {
        target: "ResourceGroupsTaggingAPI_20170126.GetResources",
        contentType: "application/x-amz-json-1.1",
        body: {
          TagFilters: [{ Key: "Project", Values: ["retail-bi"] }],
          ...(token !== "" && { PaginationToken: token }),
        },
      });
      const page: { ResourceTagMappingList: { ResourceARN: string }[]; PaginationToken?: string } =
        JSON.parse(text);
      arns.push(...page.ResourceTagMappingList.map(({ ResourceARN }) => ResourceARN));
      token = page.PaginationToken || undefined;
    }
    return arns.sort();
  }

  /** Resources of the types that the stand-in does not find by tag: names by type. */
  public async untagged(): Promise<Record<string, string[]>> {
    const { StreamNames: streams = [] } = await this.kinesis.send(new ListStreamsCommand({}));
    const { Functions = [] } = await this.lambda.send(new ListFunctionsCommand({}));
    const rules = await this.listed("events", {
      target: "AWSEvents.ListRules",
      contentType: "application/x-amz-json-1.1",
      body: {},
    });
    const ofIam = async (action: string, element: string): Promise<string[]> => {
      const answer = await this.iam(action, { Scope: "Local", MaxItems: "1000" });
      return [...answer.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, "g"))].map(
        ([, name = ""]) => name,
      );
    };
    return {
      streams,
      functions: Functions.map(({ FunctionName = "" }) => FunctionName),
      rules: (JSON.parse(rules) as { Rules: { Name: string }[] }).Rules.map(({ Name }) => Name),
      roles: await ofIam("ListRoles", "RoleName"),
      policies: await ofIam("ListPolicies", "PolicyName"),
      "identity providers": await ofIam("ListOpenIDConnectProviders", "Arn"),
    };
  }

  /** Creates the service-linked role of OpenSearch under AWS's name; the stand-in's own call gives it another. */
  public async makeServiceLinkedRole(): Promise<void> {
    const statement = { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: SEARCH_SERVICE } };
    await this.iam("CreateRole", {
      RoleName: SEARCH_SERVICE_ROLE,
      Path: `/aws-service-role/${SEARCH_SERVICE}/`,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    });
  }

  /** A request to IAM, by the names of its parameters. */
  public async iam(action: string, parameters: Readonly<Record<string, string>> = {}): Promise<string> {
    return this.listed("iam", {
      contentType: "application/x-www-form-urlencoded",
      body: String(new URLSearchParams({ Action: action, ...parameters, Version: "2010-05-08" })),
    });
  }

  private async listed(service: string, request: Call): Promise<string> {
    const answer = await this.post("/", service, request);
    const text = await answer.text();
    check(answer.ok, `the stand-in does not list what ${service} has: ${answer.status} ${text}`);
    return text;
  }

  /** A request to a service without an SDK client in the project. The stand-in reads only the service's name from the signature. */
  private post(path: string, service: string, request: Call): Promise<Response> {
    const today = new Date().toISOString().slice(0, 10).replaceAll("-", "");
    return fetch(`${this.url}${path}`, {
      method: "POST",
      headers: {
        "content-type": request.contentType,
        ...(request.target !== undefined && { "x-amz-target": request.target }),
        authorization: `AWS4-HMAC-SHA256 Credential=somebody/${today}/${this.region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: typeof request.body === "string" ? request.body : JSON.stringify(request.body),
    });
  }

  public close(): void {
    for (const client of [this.s3, this.kinesis, this.glue, this.lambda]) client.destroy();
  }
}
