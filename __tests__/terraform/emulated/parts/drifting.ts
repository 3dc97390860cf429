import { isDeepStrictEqual } from "node:util";
import { retailTransaction } from "../../../../contract/retail-transaction";
import type { EnvironmentFolders } from "../../../../ops/terraform/stack-folder";
import type { Terraform } from "../../../../ops/terraform/terraform";
import { ENVIRONMENT, type Lane, PLAN } from "../lane";
import { check } from "../report";

/** One resource is changed and another deleted: the command names these two, and a deploy repairs them. */
export async function drifting(
  lane: Lane,
  { main }: EnvironmentFolders,
  terraform: Terraform,
): Promise<void> {
  const { report, account } = lane;
  const { bucket, key } = main.backend;
  const drift = (exitCode: number) => lane.npm(exitCode, ["drift", "--", ENVIRONMENT]);
  report.part("npm run drift");
  await report.step("right after the deploy", async () => {
    const { stdout } = await drift(0);
    return `exit 0, ${stdout.trim()}`;
  });
  await report.step("one resource is changed and one deleted", async () => {
    const outputs = await terraform.outputs();
    await account.lengthenRetention(String(outputs.get("data_stream_name")));
    await account.deleteTable(String(outputs.get("database")), retailTransaction.tables.quarantine);
    return "the retention of the stream, the table of the quarantine";
  });
  await report.step("they are named, and nothing else", async () => {
    const state = await account.objectVersion(bucket, key);
    const { stdout } = await drift(3);
    const named = stdout.split("\n").filter((line) => / was (changed|deleted)$/.test(line));
    check(
      named.length === 2 &&
        /^aws_glue_catalog_table\.Catalog_Quarantine_\w+ was deleted$/.test(named[0] ?? "") &&
        /^aws_kinesis_stream\.EventStream_\w+ was changed$/.test(named[1] ?? ""),
      `it named:\n${stdout}`,
    );
    check((await account.objectVersion(bucket, key)) === state, "the state was written");
    return `exit 3, and the state is untouched\n${stdout.trim()}`;
  });
  await report.step("a deploy heals", async () => {
    check(await terraform.plan(PLAN), "there is nothing to heal");
    const { add, change, remove } = await terraform.apply(PLAN);
    check(add === 1 && remove === 0, `${add} added, ${remove} removed`);
    return `${add} added, ${change} changed`;
  });
  await report.step("right after, --json", async () => {
    const { stdout } = await lane.npm(0, ["drift", "--", ENVIRONMENT, "--json"]);
    const answer: unknown = JSON.parse(stdout);
    check(isDeepStrictEqual(answer, { drifted: [], undeployed: [] }), stdout);
    return `exit 0, ${JSON.stringify(answer)}`;
  });
}
