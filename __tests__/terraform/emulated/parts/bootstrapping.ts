import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentFolders } from "../../../../ops/terraform/stack-folder";
import { ACCOUNT_ID, ENVIRONMENT, type Lane, REGION } from "../lane";
import { check } from "../report";
import { accountWide } from "./releasing";
import { resourcesIn } from "./validity";

/** The stand-in's name of the service-linked role of OpenSearch. */
const OTHERWISE_NAMED_ROLE = "AWSServiceRoleForopensearchservice";

/** Bootstraps the state bucket: a first time, a second time, and after an interrupted first attempt. */
export async function bootstrapping(lane: Lane): Promise<EnvironmentFolders> {
  const { report, account } = lane;
  report.part("npm run bootstrap");
  const bootstrap = async (expected: string): Promise<string> => {
    const { stdout } = await lane.npm(0, ["bootstrap", "--", ENVIRONMENT]);
    check(stdout.includes(expected), `it should have ${expected}, but: ${stdout}`);
    return stdout.split(";")[0] ?? "";
  };
  let first = "";
  await report.step("first, with the roles of delivery by pull request", async () => {
    first = await bootstrap(" added, 0 changed, 0 removed)");
    return first;
  });
  await report.step("it created what belongs to the account", async () => {
    await account.iam("DeleteServiceLinkedRole", { RoleName: OTHERWISE_NAMED_ROLE });
    await account.makeServiceLinkedRole();
    return (await accountWide(account)).join(", ");
  });
  // Not earlier: the first bootstrap gets the environment's location as options, and writes it down.
  const stacks = await lane.synthesize("main");
  const all = resourcesIn(stacks.state.document);
  check(first.includes(`(${all} added, `), `it should have added ${all}, but: ${first}`);
  const { bucket, key } = stacks.state.backend;
  await report.step("the state of the bucket's own stack is in the bucket", async () => {
    const state = await account.readObject(bucket, key);
    check(state.includes(`"${bucket}"`), `s3://${bucket}/${key} does not know its bucket`);
    return `s3://${bucket}/${key}, ${state.length} bytes`;
  });
  await report.step("again", () => bootstrap("(0 added, 0 changed, 0 removed)"));
  await report.step("after an interruption before the state was moved", async () => {
    const folder = join(lane.scratch, "work", ENVIRONMENT, "stacks", `${ENVIRONMENT}-state`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "terraform.tfstate"), await account.readObject(bucket, key));
    await account.deleteObject(bucket, key);
    return bootstrap("(0 added, 0 changed, 0 removed)");
  });
  await report.step("another account afterwards is refused", async () => {
    const { stderr } = await lane.npm(1, ["bootstrap", "--", ENVIRONMENT, "--account-id", "111111111111"]);
    check(stderr.includes(`is already in account ${ACCOUNT_ID}, region ${REGION}`), stderr);
    return stderr.trim().split(":")[0] ?? "";
  });
  return stacks;
}
