import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, objectOf } from "../../../../lib/json";
import {
  GITHUB_AUDIENCE,
  GITHUB_ISSUER,
  githubProviderArn,
  RELEASED,
  SEARCH_SERVICE,
  SEARCH_SERVICE_ROLE,
} from "../../../../modules/account-wide";
import type { EnvironmentFolders, StackFolder } from "../../../../ops/terraform/stack-folder";
import type { Terraform } from "../../../../ops/terraform/terraform";
import type { Account } from "../account";
import { ACCOUNT_ID, ENVIRONMENT, type Lane, PLAN } from "../lane";
import { check } from "../report";
import { plannedChanges } from "./deploying";

/** What an earlier version declared at each address, and the id by which Terraform imports it. */
const EARLIER = {
  [RELEASED.main]: {
    id: `arn:aws:iam::${ACCOUNT_ID}:role/aws-service-role/${SEARCH_SERVICE}/${SEARCH_SERVICE_ROLE}`,
    properties: { aws_service_name: SEARCH_SERVICE },
  },
  [RELEASED.state]: {
    id: githubProviderArn(ACCOUNT_ID),
    properties: { url: `https://${GITHUB_ISSUER}`, client_id_list: [GITHUB_AUDIENCE] },
  },
} as const;

/** States that have what belongs to the account release it with the next apply, and it stays in the account. */
export async function releasing(lane: Lane, stacks: EnvironmentFolders, terraform: Terraform): Promise<void> {
  const { report, account } = lane;
  report.part("What belongs to the account, in the states of an earlier version");
  await report.step("the states have it", () => holdAccountWide(lane, stacks));
  await report.step("bootstrap releases it from the state of the bucket's own stack", async () => {
    const { stdout } = await lane.npm(0, ["bootstrap", "--", ENVIRONMENT]);
    check(stdout.includes("(0 added, 0 changed, 0 removed)"), stdout);
    const left = await lane.terraform(stacks.state.path).stateList();
    check(!left.includes(RELEASED.state), `the state still has ${RELEASED.state}`);
    return stdout.split(";")[0] ?? "";
  });
  await report.step("terraform plan, apply", async () => {
    check(await terraform.plan(PLAN), "there is nothing to plan");
    const planned = await plannedChanges(terraform);
    const { add, change, remove } = await terraform.apply(PLAN);
    check(add + change + remove === 0, `${add} added, ${change} changed, ${remove} removed`);
    const left = await terraform.stateList();
    check(!left.includes(RELEASED.main), `the state still has ${RELEASED.main}`);
    return planned;
  });
  await report.step("terraform plan, again", async () => {
    check(!(await terraform.plan(PLAN)), `it is not clean: ${await plannedChanges(terraform)}`);
    return `no changes; the account has ${(await accountWide(account)).join(", ")}`;
  });
}

/** What belongs to the account. @throws CheckFailed when it is not there. @returns its names, as the account lists them */
export async function accountWide(account: Account): Promise<string[]> {
  const wanted = [SEARCH_SERVICE_ROLE, githubProviderArn(ACCOUNT_ID)];
  const all = Object.values(await account.untagged()).flat();
  const absent = wanted.filter((name) => !all.includes(name));
  check(absent.length === 0, `the account has no ${absent.join(", ")}`);
  return wanted;
}

/** Takes what belongs to the account into the states of both stacks. @returns the addresses */
export async function holdAccountWide(lane: Lane, { main, state }: EnvironmentFolders): Promise<string> {
  await lane.terraform(state.path).init();
  await hold(lane, main, RELEASED.main);
  await hold(lane, state, RELEASED.state);
  return `${RELEASED.main}\n${RELEASED.state}`;
}

/** Takes an existing resource into a state, by the configuration of an earlier version. */
export async function hold(lane: Lane, { path }: StackFolder, address: keyof typeof EARLIER): Promise<void> {
  const file = join(path, "cdk.tf.json");
  const text = readFileSync(file, "utf8");
  const { removed, ...document } = JSON.parse(text);
  check(removed !== undefined, `${file} releases nothing`);
  const [type = "", name = ""] = address.split(".");
  const resources: unknown = document.resource;
  check(isJsonObject(resources), `${file} has no resources`);
  const { id, properties } = EARLIER[address];
  const earlier = { ...resources, [type]: { ...objectOf(resources, type), [name]: properties } };
  writeFileSync(file, JSON.stringify({ ...document, resource: earlier }));
  try {
    const { exitCode, stdout, stderr } = await lane.run(
      lane.terraformCommand,
      ["import", "-input=false", "-no-color", address, id],
      {},
      { cwd: path, remedy: "it was found before" },
    );
    check(exitCode === 0, `terraform import ended with ${exitCode}:\n${stderr}\n${stdout}`);
  } finally {
    writeFileSync(file, text);
  }
}
