import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { PROTECTION_VARIABLE } from "../environment";
import { ACCOUNT_ID, ENVIRONMENT, type Lane } from "../lane";
import { type PlanSaid, planSaid } from "../plan-said";
import { check } from "../report";
import { Runner } from "../runner";
import { WorkflowJob } from "../workflow-job";

const DISPOSABLE = { [PROTECTION_VARIABLE]: "disposable" };
const BUCKET = `retail-bi-${ENVIRONMENT}-state-${ACCOUNT_ID}`;
/** Resources that hold data and can be removed with it once the environment is disposable. */
const UNPROTECTED = [
  /^aws_kinesis_stream\.EventStream_\w+: enforce_consumer_deletion$/,
  /^aws_s3_bucket\.DataLake_AccessLogs_\w+: force_destroy$/,
  /^aws_s3_bucket\.DataLake_Bucket_\w+: force_destroy$/,
];

/** A saved plan that waits for its approval. */
interface Kept {
  readonly bundle: string;
  readonly sha256: string;
}

/**
 * The environment becomes disposable by the workflows' own steps: planned for a pull request, planned again on main,
 * stored, fetched, applied. @returns the runner of the steps.
 */
export async function delivering(lane: Lane): Promise<Runner> {
  const { report } = lane;
  report.part("Disposable, delivered by the steps of plan.yml and deliver.yml");
  const runner = await Runner.open(lane, DISPOSABLE);
  const propose = new WorkflowJob(runner, "deliver.yml", { name: "propose" });
  await proposing(runner, propose);
  const kept = await keeping(runner, propose);
  await applying(runner, kept);
  await report.step("Plan, again", async () => {
    const { outputs } = await propose.pass("Plan");
    check(outputs.get("changes") === "false", `changes=${outputs.get("changes")}`);
    check(!propose.wants("Keep the plan"), "it would be kept all the same");
    return "changes=false, nothing to keep";
  });
  return runner;
}

/** The plans of the pull request and of main are equal, and state their changes. */
async function proposing(runner: Runner, propose: WorkflowJob): Promise<void> {
  const { lane } = runner;
  let expected = "";
  await lane.report.step("npx cdktf plan, to compare with", async () => {
    const stdout = await lane.cdktf("plan", [], DISPOSABLE);
    const [whole, changed] = /Plan: 0 to add, ([1-9]\d*) to change, 0 to destroy\./.exec(stdout) ?? [];
    check(whole !== undefined, stdout);
    expected = `${changed} to change`;
    return whole;
  });
  const pullRequest = new WorkflowJob(runner, "plan.yml", { name: "plan" });
  await lane.report.step("Install, once for all of them", async () => {
    const { stdout } = await pullRequest.pass("Install");
    return [stdout.trim().split("\n")[0] ?? "", ...runner.notices].join("\n");
  });
  let said: PlanSaid | undefined;
  await lane.report.step("plan.yml: Synthesize, Plan, Summarize", async () => {
    for (const name of ["Synthesize", "Plan"]) await pullRequest.pass(name);
    const { summary } = await pullRequest.pass("Summarize");
    check(summary.startsWith(`<!-- plan of ${ENVIRONMENT} -->\n## Plan for`), summary);
    said = planSaid(summary);
    check(said.counts === expected, `it says ${said.counts}`);
    const { unprotected } = said;
    check(
      unprotected.length === UNPROTECTED.length &&
        UNPROTECTED.every((one) => unprotected.some((what) => one.test(what))),
      `it calls out as unprotected:\n${unprotected.join("\n")}`,
    );
    return `${said.counts}, fingerprint ${said.fingerprint}; called out as unprotected:\n${unprotected.join("\n")}`;
  });
  await lane.report.step("deliver.yml: Synthesize, Plan, Summarize", async () => {
    await propose.pass("Synthesize");
    const { outputs } = await propose.pass("Plan");
    check(outputs.get("changes") === "true", `changes=${outputs.get("changes")}`);
    const { summary } = await propose.pass("Summarize");
    const own = planSaid(summary);
    check(isDeepStrictEqual(own, said), `it is not what the pull request said:\n${summary}`);
    return `changes=true, fingerprint ${own.fingerprint} as in the pull request`;
  });
}

/** The plan is stored in the state bucket, and cannot be replaced. */
async function keeping(runner: Runner, propose: WorkflowJob): Promise<Kept> {
  const { report } = runner.lane;
  let kept: Kept = { bundle: "", sha256: "" };
  await report.step("Keep the plan", async () => {
    check(propose.wants("Keep the plan"), "it would not be kept");
    const { outputs } = await propose.pass("Keep the plan");
    kept = { bundle: outputs.get("bundle") ?? "", sha256: outputs.get("sha256") ?? "" };
    check(kept.bundle === `plans/${runner.sha}/1-1.tar.gz`, `bundle=${kept.bundle}`);
    const { size } = statSync(join(propose.temp, "plan.tar.gz"));
    return `s3://${BUCKET}/${kept.bundle}, ${size} bytes\nSHA-256 ${kept.sha256}`;
  });
  await report.step("Keep the plan, where one lies", () =>
    propose.fail("Keep the plan", "PreconditionFailed"),
  );
  return kept;
}

/** The stored plan is applied once; an older plan and a modified bundle are refused. */
async function applying(runner: Runner, { bundle, sha256 }: Kept): Promise<void> {
  const { report, account } = runner.lane;
  const context = { "needs.propose.outputs.bundle": bundle, "needs.propose.outputs.sha256": sha256 };
  // No checkout: it starts in an empty folder.
  const job = (name: string) =>
    new WorkflowJob(runner, "deliver.yml", { name, workspace: runner.folder(name), context });
  const apply = job("apply");
  await report.step("Fetch the plan", async () => {
    const { stdout } = await apply.pass("Fetch the plan");
    check(stdout.includes("plan.tar.gz: OK"), stdout);
    return "its SHA-256 is right";
  });
  await report.step("Apply", async () => {
    const { stdout } = await apply.pass("Apply");
    const [complete] =
      /Apply complete! Resources: 0 added, [1-9]\d* changed, 0 destroyed\./.exec(stdout) ?? [];
    check(complete !== undefined, stdout);
    return complete;
  });
  await report.step("Apply of a plan that is older than the state", () =>
    apply.fail("Apply", "Saved plan is stale"),
  );
  await report.step("Fetch of a bundle that somebody changed", async () => {
    await account.putObject(BUCKET, bundle, "another plan");
    const refused = await job("apply-changed").fail("Fetch the plan", "plan.tar.gz: FAILED");
    return basename(refused);
  });
}
