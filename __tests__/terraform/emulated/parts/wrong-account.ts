import { keepStateHere } from "../../../../ops/terraform/stack-folder";
import { ACCOUNT_ID, ENVIRONMENT, type Lane } from "../lane";
import { check } from "../report";

const OTHER_ACCOUNT = "111111111111";
const ELSEWHERE = { RETAIL_BI_EMULATED_ACCOUNT_ID: OTHER_ACCOUNT };

/** Credentials of a wrong account are refused by each of the three guards. */
export async function wrongAccount(lane: Lane): Promise<void> {
  const { report, account } = lane;
  report.part(`The credentials belong to ${ACCOUNT_ID}, the environment to ${OTHER_ACCOUNT}`);
  const refused = async (words: string, attempt: () => Promise<unknown>): Promise<string> => {
    const said = await attempt().then(
      () => "",
      (error: unknown) => String(error),
    );
    check(said.includes(words), `it was not refused with "${words}", but: ${said || "it was done"}`);
    check((await account.buckets()).length === 0, "something was made all the same");
    return said.split("\n").find((line) => line.includes(words)) ?? "";
  };
  await report.step("bootstrap refuses", () =>
    refused("these credentials belong to account", async () => {
      const { stderr } = await lane.npm(1, ["bootstrap", "--", ENVIRONMENT, "--account-id", OTHER_ACCOUNT]);
      throw new Error(stderr);
    }),
  );
  const { main } = await lane.synthesize("elsewhere", ELSEWHERE);
  const terraform = lane.terraform(main.path);
  await report.step("the backend refuses", () =>
    refused("AWS account ID not allowed", () => terraform.init()),
  );
  await report.step("the provider refuses", async () => {
    keepStateHere(main);
    await terraform.init();
    return refused("AWS account ID not allowed", () => terraform.plan("elsewhere.tfplan"));
  });
}
