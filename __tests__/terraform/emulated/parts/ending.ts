import { PROTECTION_VARIABLE } from "../../../../environments/emulated";
import type { EnvironmentFolders } from "../../../../terraform/stack-folder";
import { FORGOTTEN, forget } from "../forget";
import { ENVIRONMENT, type Lane } from "../lane";
import { check } from "../report";

const DISPOSABLE = { [PROTECTION_VARIABLE]: "disposable" };

/** What AWS keeps too (a deleted key until its window ends), and what was forgotten before each destroy. */
const REMAINS: readonly string[] = [];

/** The state's bucket goes last, and the account is as empty as it was. */
export async function ending(
  lane: Lane,
  { state }: EnvironmentFolders,
  before: ReadonlyMap<string, number>,
): Promise<void> {
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
    const { stdout } = await lane.npm(0, ["destroy", "--", ENVIRONMENT, "--yes", "--and-state"], DISPOSABLE);
    return stdout.trim();
  });
  await report.step("what the account still holds", async () => {
    const after = await account.inventory();
    const more = [...after].filter(([kind, count]) => count > (before.get(kind) ?? 0));
    const unexpected = more.filter(([kind]) => !REMAINS.includes(kind));
    check(
      unexpected.length === 0,
      `more than before: ${unexpected.map((entry) => entry.join(" ")).join(", ")}`,
    );
    return `as before, but for ${more.map((entry) => entry.join(" ")).join(", ")}`;
  });
}
