import { AthenaClient, ListWorkGroupsCommand } from "@aws-sdk/client-athena";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import type { Shell } from "../../../../local/services/protocol/shell";
import { startSts } from "../../../../local/services/sts/service";

const ACCOUNT = "123456789012";

let sts: Shell;

beforeAll(async () => {
  sts = await startSts({ accountId: ACCOUNT });
});

afterAll(() => sts.close());

const options = () => ({
  endpoint: sts.url,
  region: "eu-west-1",
  credentials: { accessKeyId: "local", secretAccessKey: "local" },
  maxAttempts: 1,
});

test("GetCallerIdentity names the account", async () => {
  const client = new STSClient(options());
  const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
  expect({ Account, Arn }).toEqual({ Account: ACCOUNT, Arn: `arn:aws:iam::${ACCOUNT}:root` });
  client.destroy();
});

test("other operations are refused by name, in the protocol of their service", async () => {
  const query = new STSClient(options());
  await expect(query.send(new GetSessionTokenCommand({}))).rejects.toThrow(
    "GetSessionToken is not supported by the local run",
  );
  const json = new AthenaClient(options());
  await expect(json.send(new ListWorkGroupsCommand({}))).rejects.toMatchObject({
    name: "UnknownOperationException",
    message: "ListWorkGroups is not supported by the local run",
  });
  const rest = new LambdaClient(options());
  await expect(rest.send(new ListFunctionsCommand({}))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 400 },
  });
  for (const client of [query, json, rest]) client.destroy();
});
