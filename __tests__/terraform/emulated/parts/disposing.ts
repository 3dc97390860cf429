import { RELEASED } from "../../../../modules/account-wide";
import type { EnvironmentFolders } from "../../../../ops/terraform/stack-folder";
import type { Terraform } from "../../../../ops/terraform/terraform";
import type { Account } from "../account";
import { PROTECTION_VARIABLE } from "../environment";
import { forget } from "../forget";
import { ENVIRONMENT, type Lane } from "../lane";
import { check } from "../report";
import { accountWide, hold } from "./releasing";

const DISPOSABLE = { [PROTECTION_VARIABLE]: "disposable" };

/** A deployed disposable environment is destroyed, with data in the lake. @returns the number of destroyed resources. */
export async function disposing(
  lane: Lane,
  { main }: EnvironmentFolders,
  terraform: Terraform,
): Promise<number> {
  const { report, account } = lane;
  let destroyed = 0;
  report.part("Disposable, and destroyed");
  await report.step("data come into the lake, in several versions", async () => {
    return putData(account, String((await terraform.outputs()).get("lake_bucket")));
  });
  await report.step("the state has what belongs to the account, as an earlier version left it", async () => {
    await hold(lane, main, RELEASED.main);
    return RELEASED.main;
  });
  await report.step("npm run destroy", async () => {
    const forgotten = await forget(terraform);
    const { stdout } = await lane.npm(0, ["destroy", "--", ENVIRONMENT, "--yes"], DISPOSABLE);
    const [, count] = /(\d+) resources removed/.exec(stdout) ?? [];
    destroyed = Number(count);
    check(destroyed > 0, stdout);
    await accountWide(account);
    return `${stdout.trim()}\n(${forgotten} that the stand-in cannot remove were forgotten before)`;
  });
  await report.step("terraform state list", async () => {
    const left = await terraform.stateList();
    check(left.length === 0, left.join(", "));
    return "nothing";
  });
  return destroyed;
}

/** Puts objects into a lake, in several versions. @returns their numbers */
export async function putData(account: Account, bucket: string): Promise<string> {
  for (const version of ["first", "second"]) {
    for (const key of ["json-data/year=2026/a", "parquet-retail-trans/b", "athena-results/c"]) {
      await account.putObject(bucket, key, version);
    }
  }
  await account.deleteObject(bucket, "athena-results/c");
  return "3 objects, 6 versions, 1 delete marker";
}
