import { RELEASED } from "../../../../modules/account-wide";
import type { EnvironmentFolders } from "../../../../ops/terraform/stack-folder";
import { PROTECTION_VARIABLE } from "../environment";
import { FORGOTTEN, forget } from "../forget";
import { ENVIRONMENT, type Lane } from "../lane";
import { check } from "../report";
import { accountWide, hold } from "./releasing";

const DISPOSABLE = { [PROTECTION_VARIABLE]: "disposable" };

/**
 * Resources that remain visible after their deletion, in AWS too: a key until its deletion window ends, an instance and a NAT
 * gateway for an hour. The stand-in keeps the tags of a deleted Glue database; the catalog shows whether it exists.
 */
const REMAINS = /:(key|instance|natgateway|database)\//;

/** The state bucket is destroyed last, and the account has what belongs to it, and nothing else. */
export async function ending(lane: Lane, { state }: EnvironmentFolders): Promise<void> {
  const { report, account } = lane;
  report.part("The end");
  await report.step("bootstrap makes the state's bucket disposable", async () => {
    const { stdout } = await lane.npm(0, ["bootstrap", "--", ENVIRONMENT], DISPOSABLE);
    return stdout.split(";")[0] ?? "";
  });
  await report.step("npm run destroy --and-state", async () => {
    const terraform = lane.terraform(state.path);
    await terraform.init();
    await forget(terraform, Object.keys(FORGOTTEN));
    await hold(lane, state, RELEASED.state);
    const { stdout } = await lane.npm(0, ["destroy", "--", ENVIRONMENT, "--yes", "--and-state"], DISPOSABLE);
    return stdout.trim();
  });
  await report.step("what the account still holds", async () => {
    const [buckets, tagged] = [await account.buckets(), await account.tagged()];
    const databases = await account.databases();
    const kept = await accountWide(account);
    const untagged = Object.values(await account.untagged())
      .flat()
      .filter((name) => !kept.includes(name));
    const others = tagged.filter((arn) => !REMAINS.test(arn));
    const unexpected = [...buckets, ...databases, ...untagged, ...others];
    check(unexpected.length === 0, `remaining: ${unexpected.join(", ")}`);
    const remains = tagged.map((arn) => arn.split(":").slice(5).join(":"));
    return `${kept.join(", ")}; no bucket, database, stream, function, rule, policy, or other role; remembered for a while: ${remains.join(", ")}`;
  });
}
