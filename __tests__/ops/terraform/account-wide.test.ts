import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dev } from "../../../environments/dev";
import type { EnvironmentDefinition } from "../../../environments/environment";
import { chooseAdministrator } from "../../../ops/bootstrap/administrator";
import { createAccountResources, releaseAccountWide } from "../../../ops/terraform/account-resources";
import { Terraform } from "../../../ops/terraform/terraform";
import {
  type EndpointRequest,
  sdkEnvironment,
  setEnvironment,
  startEndpoint,
} from "../../support/fake-endpoint";

const LOCATION = { accountId: "123456789012", region: "eu-west-1" };
const ROLE = "AWSServiceRoleForAmazonOpenSearchService";
const PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
const DELIVERED: EnvironmentDefinition = { ...dev, delivery: { repository: "shop/retail-bi" } };
const WITHOUT_SPEED: EnvironmentDefinition = { ...dev, speed: { ...dev.speed, enabled: false } };

type Answer = { status?: number; body?: string };
/** Answers by IAM's or STS's action. */
type Answers = Readonly<Record<string, Answer>>;

const ok = (action: string, result = ""): Answer => ({
  body: `<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`,
});
const refused = (status: number, code: string, message = code): Answer => ({
  status,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});
const ABSENT = refused(404, "NoSuchEntity", "cannot be found");
const role = (arn: string): Answer => ok("GetRole", `<Role><Arn>${arn}</Arn></Role>`);
const audience = (name: string): Answer =>
  ok("GetOpenIDConnectProvider", `<ClientIDList><member>${name}</member></ClientIDList>`);
const caller = (arn: string): Answer =>
  ok("GetCallerIdentity", `<Arn>${arn}</Arn><Account>123456789012</Account><UserId>X</UserId>`);

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

/** Plays IAM and STS; an action without an answer is refused. */
async function account(answers: Answers) {
  const parametersOf = ({ body }: EndpointRequest) => new URLSearchParams(body);
  const endpoint = await startEndpoint((request) => {
    const action = parametersOf(request).get("Action") ?? "";
    return answers[action] ?? refused(403, "AccessDenied", `not authorized to perform: ${action}`);
  });
  cleanUp.push(setEnvironment({ ...sdkEnvironment(endpoint.url), AWS_MAX_ATTEMPTS: "1" }), endpoint.close);
  return {
    calls: () => endpoint.requests.map(parametersOf),
    actions: () => endpoint.requests.map((request) => parametersOf(request).get("Action")),
  };
}

describe("bootstrap and what belongs to the account:", () => {
  const create = async (definition: EnvironmentDefinition, answers: Answers) => {
    const iam = await account(answers);
    const said: string[] = [];
    await createAccountResources(definition, LOCATION, (line) => said.push(line));
    return { ...iam, said };
  };

  test("it is created where it is absent", async () => {
    const { calls, said } = await create(DELIVERED, {
      GetRole: ABSENT,
      CreateServiceLinkedRole: ok("CreateServiceLinkedRole"),
      GetOpenIDConnectProvider: ABSENT,
      CreateOpenIDConnectProvider: ok("CreateOpenIDConnectProvider"),
    });
    expect(calls().map((parameters) => Object.fromEntries(parameters))).toMatchObject([
      { Action: "GetRole", RoleName: ROLE },
      { Action: "CreateServiceLinkedRole", AWSServiceName: "opensearchservice.amazonaws.com" },
      { Action: "GetOpenIDConnectProvider", OpenIDConnectProviderArn: PROVIDER },
      {
        Action: "CreateOpenIDConnectProvider",
        Url: "https://token.actions.githubusercontent.com",
        "ClientIDList.member.1": "sts.amazonaws.com",
      },
    ]);
    expect(said).toEqual([
      `created the service-linked role of OpenSearch ${ROLE}`,
      "created GitHub's identity provider token.actions.githubusercontent.com",
    ]);
  });

  test("it is found where it exists, without a permission to create it", async () => {
    const { actions, said } = await create(DELIVERED, {
      GetRole: role("arn"),
      GetOpenIDConnectProvider: audience("sts.amazonaws.com"),
    });
    expect(actions()).toEqual(["GetRole", "GetOpenIDConnectProvider"]);
    expect(said).toEqual([
      expect.stringMatching(/^found the service/),
      expect.stringMatching(/^found GitHub's/),
    ]);
  });

  test("it is found where somebody else created it in between, by each of IAM's answers", async () => {
    const { said } = await create(DELIVERED, {
      GetRole: ABSENT,
      CreateServiceLinkedRole: refused(
        400,
        "InvalidInput",
        `Service role name ${ROLE} has been taken in this account, please try a different suffix.`,
      ),
      GetOpenIDConnectProvider: ABSENT,
      CreateOpenIDConnectProvider: refused(409, "EntityAlreadyExists"),
    });
    expect(said.map((line) => line.split(" ")[0])).toEqual(["found", "found"]);
  });

  test.each<[string, EnvironmentDefinition, string[]]>([
    ["without workflows that deliver", dev, ["GetRole"]],
    ["without a speed layer", { ...DELIVERED, speed: WITHOUT_SPEED.speed }, ["GetOpenIDConnectProvider"]],
    ["with neither", WITHOUT_SPEED, []],
  ])("only what the environment needs: %s", async (_, definition, expected) => {
    const { actions } = await create(definition, {
      GetRole: role("arn"),
      GetOpenIDConnectProvider: audience("sts.amazonaws.com"),
    });
    expect(actions()).toEqual(expected);
  });

  test("another refusal is an error, with the command for somebody who may", async () => {
    const denied = create(dev, { GetRole: ABSENT });
    await expect(denied).rejects.toThrow(
      /^the service-linked role of OpenSearch .* could not be found or created \(not authorized to perform: CreateServiceLinkedRole\): .*aws iam create-service-linked-role --aws-service-name opensearchservice\.amazonaws\.com$/,
    );
    const invalid = create(dev, {
      GetRole: ABSENT,
      CreateServiceLinkedRole: refused(400, "InvalidInput", "another fault"),
    });
    await expect(invalid).rejects.toThrow("another fault");
  });

  test("a provider for other audiences is refused, and left as it is", async () => {
    const other = create(
      { ...DELIVERED, speed: WITHOUT_SPEED.speed },
      { GetOpenIDConnectProvider: audience("https://github.com/shop") },
    );
    await expect(other).rejects.toThrow(
      /exists, but not for the audience sts\.amazonaws\.com \(it has https:\/\/github\.com\/shop\).*aws iam add-client-id-to-open-id-connect-provider/,
    );
  });
});

describe("destroy and what belongs to the account:", () => {
  /** A Terraform that lists these addresses, and writes down its arguments. */
  function terraform(addresses: readonly string[]) {
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-account-"));
    cleanUp.push(() => rmSync(folder, { recursive: true }));
    const [command, log] = [join(folder, "tf"), join(folder, "log")];
    writeFileSync(
      command,
      `#!/bin/sh\necho "$@" >> ${log}\n[ "$2" = list ] && printf '%s\\n' ${addresses.map((one) => `'${one}'`).join(" ")}\nexit 0\n`,
    );
    chmodSync(command, 0o755);
    const program = { command, version: "1.11.4" };
    return {
      terraform: new Terraform(folder, { program, variables: {} }),
      commands: () => readFileSync(log, "utf8").trim().split("\n"),
    };
  }

  test("the state forgets it before anything is destroyed", async () => {
    const said: string[] = [];
    const held = ["aws_iam_openid_connect_provider.Delivery", "aws_iam_service_linked_role.Search"];
    const fake = terraform(["aws_iam_role.Other", ...held, "data.aws_iam_role.OpenSearchServiceLinkedRole"]);
    expect(await releaseAccountWide(fake.terraform, (line) => said.push(line))).toEqual(held);
    expect(fake.commands()).toEqual(["state list", `state rm -lock-timeout=0s ${held.join(" ")}`]);
    expect(said).toEqual(
      held.map((one) => `${one} belongs to the account: removed from the state, not destroyed`),
    );
  });

  test("a state without it is left as it is", async () => {
    const fake = terraform(["aws_iam_role.Other"]);
    expect(await releaseAccountWide(fake.terraform, () => {})).toEqual([]);
    expect(fake.commands()).toEqual(["state list"]);
  });
});

describe("the administrator of the search domain", () => {
  const SSO = "AWSReservedSSO_Admin_0123456789abcdef";
  const SESSION = caller(`arn:aws:sts::123456789012:assumed-role/${SSO}/jo@example.com`);
  const ARN = `arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-west-1/${SSO}`;
  const SSO_ACCOUNT = { GetCallerIdentity: SESSION, GetRole: role(ARN) };

  type Options = Partial<Parameters<typeof chooseAdministrator>[0]>;

  async function choose(answers: Answers, options: Options) {
    const { calls, actions } = await account(answers);
    const said: string[] = [];
    const choice = chooseAdministrator({
      ...{
        definition: dev,
        region: "eu-west-1",
        recorded: undefined,
        say: (line: string) => void said.push(line),
      },
      ...options,
    });
    return { choice: await choice, said, calls, actions };
  }

  test("is the caller's role with its path, when it is wanted", async () => {
    const { choice, calls } = await choose(SSO_ACCOUNT, { administrator: true, recorded: "another" });
    expect(choice).toBe(ARN);
    expect(calls().map((parameters) => parameters.get("RoleName"))).toEqual([null, SSO]);
  });

  test("is the caller's role in any partition", async () => {
    const arn = `arn:aws-us-gov:iam::123456789012:role/${SSO}`;
    const session = caller(`arn:aws-us-gov:sts::123456789012:assumed-role/${SSO}/jo@example.com`);
    const { choice } = await choose(
      { GetCallerIdentity: session, GetRole: role(arn) },
      { administrator: true },
    );
    expect(choice).toBe(arn);
  });

  test("stays as it was chosen before, until it is not wanted any more; nobody is called", async () => {
    const kept = await choose({}, { recorded: ARN });
    const removed = await choose({}, { recorded: ARN, administrator: false });
    expect([kept.choice, removed.choice]).toEqual([ARN, undefined]);
    expect([...kept.actions(), ...removed.actions()]).toEqual([]);
  });

  test.each([true, false])("is asked about on a terminal: %s", async (answer) => {
    const asked: string[] = [];
    const { choice } = await choose(SSO_ACCOUNT, {
      askAdministrator: async (arn) => {
        asked.push(arn);
        return answer;
      },
    });
    expect(asked).toEqual([ARN]);
    expect(choice).toBe(answer ? ARN : undefined);
  });

  test("is nobody without a terminal, and the option is named", async () => {
    const { choice, said, actions } = await choose({}, {});
    expect([choice, actions()]).toEqual([undefined, []]);
    expect(said).toEqual([expect.stringContaining("`npm run bootstrap -- dev --administrator`")]);
  });

  test("is not offered where the environment has one, or no domain", async () => {
    const askAdministrator = () => Promise.reject(new Error("asked"));
    const named = { ...dev, speed: { ...dev.speed, administratorRoleArns: [ARN] } };
    for (const definition of [named, WITHOUT_SPEED]) {
      const { choice, said } = await choose({}, { definition, askAdministrator });
      expect([choice, said]).toEqual([undefined, []]);
    }
  });

  test.each([
    ["arn:aws:iam::123456789012:root", /those of the account's root user/],
    [
      "arn:aws:iam::123456789012:user/team/jo",
      /those of the IAM user arn:.*user\/team\/jo, whose access key/,
    ],
    ["arn:aws:sts::123456789012:federated-user/jo", /those of the federated user .*, who has no role/],
    ["arn:aws:sts::123456789012:something/else", /which is no session of a role/],
  ])("%s is refused, with the remedy; where it was only offered, it is said", async (arn, message) => {
    const answers = { GetCallerIdentity: caller(arn) };
    const wanted = choose(answers, { administrator: true });
    await expect(wanted).rejects.toThrow(message);
    await expect(wanted).rejects.toThrow(/sign in by a role, for example with `aws sso login`/);
    const { choice, said } = await choose(answers, {
      askAdministrator: () => Promise.reject(new Error("asked")),
    });
    expect(choice).toBeUndefined();
    expect(said).toEqual([expect.stringMatching(message)]);
  });

  test("is not guessed when IAM does not tell the path", async () => {
    await expect(choose({ GetCallerIdentity: SESSION }, { administrator: true })).rejects.toThrow(
      `the path of your role ${SSO} could not be read (not authorized to perform: GetRole): its session needs iam:GetRole on it`,
    );
  });

  test("belongs in the environment's file where workflows deliver, and is refused without a domain", async () => {
    await expect(choose(SSO_ACCOUNT, { administrator: true, definition: DELIVERED })).rejects.toThrow(
      `workflows deliver dev: set speed: { administratorRoleArns: ["${ARN}"] } in environments/dev.ts`,
    );
    const { said } = await choose({}, { definition: DELIVERED });
    expect(said).toEqual([expect.stringContaining("in environments/dev.ts")]);
    await expect(choose(SSO_ACCOUNT, { administrator: true, definition: WITHOUT_SPEED })).rejects.toThrow(
      "dev has no speed layer: there is no search domain to administer",
    );
  });
});
