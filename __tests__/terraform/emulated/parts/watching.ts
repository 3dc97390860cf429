import { ENVIRONMENT } from "../lane";
import { check } from "../report";
import { REPOSITORY, type Runner } from "../runner";
import { WorkflowJob } from "../workflow-job";

/** The steps of drift.yml find the deployed commit, although main is ahead of it, and no drift from it. */
export async function watching(runner: Runner): Promise<void> {
  const { report } = runner.lane;
  const deployed = runner.sha;
  report.part("Watched by the steps of drift.yml");
  const drift = new WorkflowJob(runner, "drift.yml", { name: "drift" });
  await report.step("Find the deployed commit", async () => {
    const newest = await runner.commit("one that is not deployed", "environments/prod.ts", (text) =>
      text.replace("logRetentionDays: 365", "logRetentionDays: 731"),
    );
    runner.addProgram("gh", deployments(newest, deployed));
    const { outputs } = await drift.pass("Find the deployed commit");
    check(outputs.get("sha") === deployed, `sha=${outputs.get("sha")}, not ${deployed}`);
    return `sha=${deployed}, while main is at ${newest.slice(0, 7)}, whose deployment failed`;
  });
  await report.step("Look for drift, at that commit", async () => {
    check(drift.wants("Look for drift"), "it would not be looked for");
    await runner.checkOut(deployed);
    const { outputs, stdout } = await drift.pass("Look for drift");
    check(outputs.get("found") === "false" && stdout.trim() === `${ENVIRONMENT}: no drift`, stdout);
    check(!drift.wants("Open or update the issue"), "an issue would be opened");
    return `found=false, ${stdout.trim()}; no issue to open`;
  });
}

/** A stand-in of `gh` that knows two deployments of the environment and answers nothing else. */
function deployments(failed: string, succeeded: string): string {
  const api = `repos/${REPOSITORY}/deployments`;
  return `case "$*" in
  "api ${api}?environment=${ENVIRONMENT}&per_page=30 --jq .[].id") printf '2\\n1\\n' ;;
  "api ${api}/2/statuses --jq "*) echo failure ;;
  "api ${api}/1/statuses --jq "*) echo success ;;
  "api ${api}/2 --jq .sha") echo ${failed} ;;
  "api ${api}/1 --jq .sha") echo ${succeeded} ;;
  *) echo "nobody expected: gh $*" >&2; exit 1 ;;
esac`;
}
