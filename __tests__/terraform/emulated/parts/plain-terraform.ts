import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Aspects, type TerraformResource, type TerraformStack } from "cdktf";
import { readDataPlane } from "../../../../local/plan/read-data-plane";
import { readSavedPlan } from "../../../../local/plan/saved-plan";
import { resourceTypeOf } from "../../../../modules/aspects/terraform-type";
import { detectDrift } from "../../../../ops/terraform/drift";
import { PROJECT_ROOT } from "../../../../ops/terraform/stack-folder";
import type { Terraform } from "../../../../ops/terraform/terraform";
import { buildModules } from "../../../../stacks/build-modules";
import { TERRAFORM_MODULES } from "../../../../stacks/terraform-modules";
import { applyDifferences, DIFFERENCES } from "../environment";
import { FORGOTTEN } from "../forget";
import { type Lane, PLAN } from "../lane";
import { check } from "../report";
import { plannedChanges } from "./deploying";
import { savedPlans } from "./saved-plan";

const EXAMPLE = join("examples", "plain-terraform");

/**
 * The Terraform modules: tested as they are, run on this machine from saved plans, and by the example, whose two instances are
 * applied, planned without changes, named where somebody changes them, and destroyed only when the root lets them.
 */
export async function plainTerraform(lane: Lane): Promise<void> {
  await modulesAsTheyAre(lane);
  await exampleApplied(lane);
}

async function modulesAsTheyAre(lane: Lane): Promise<void> {
  const { report } = lane;
  report.part("The Terraform modules, and a root of two of them");
  const asTheyAre = exampleIn(join(lane.scratch, "modules"));
  buildModules(join(lane.scratch, "modules", "terraform-modules"));
  for (const module of Object.keys(TERRAFORM_MODULES)) {
    await report.step(`terraform test: ${module}`, async () => {
      const folder = join(lane.scratch, "modules", "terraform-modules", module);
      await lane.terraform(folder).init();
      const { exitCode, stdout, stderr } = await lane.run(
        lane.terraformCommand,
        ["test", "-no-color"],
        {},
        { cwd: folder, remedy: "install Terraform" },
      );
      check(exitCode === 0, `${stdout}${stderr}`);
      return /Success! .*/.exec(stdout)?.[0] ?? stdout;
    });
  }
  await report.step("terraform validate and plan of the example, with nothing left out", async () => {
    const terraform = lane.terraform(asTheyAre);
    await terraform.init();
    await terraform.validate();
    check(await terraform.plan(PLAN), "there is nothing to plan");
    return `${(await plannedChanges(terraform)).split(", ").length} resources and data sources`;
  });
  await savedPlans(lane, asTheyAre, join(lane.scratch, "modules", "terraform-modules"));
}

/** The example in the emulated account, from nothing to nothing. */
async function exampleApplied(lane: Lane): Promise<void> {
  const { report } = lane;
  const folder = exampleIn(join(lane.scratch, "adapted-modules"));
  buildModules(join(lane.scratch, "adapted-modules", "terraform-modules"), adapt);
  // Terraform merges an override file into the root's own blocks.
  writeFileSync(
    join(folder, "stand_in_override.tf.json"),
    JSON.stringify({ provider: { aws: { max_retries: 2 } } }),
  );
  const terraform = lane.terraform(folder);
  await report.step("terraform init, plan, apply", async () => {
    await terraform.init();
    check(await terraform.plan(PLAN), "there is nothing to plan");
    const { add } = await terraform.apply(PLAN);
    const addresses = (await terraform.stateList()).filter((address) => !/(^|\.)data\./.test(address));
    check(addresses.length === add, `the state has ${addresses.length} resources of ${add}`);
    for (const instance of ['["meters"]', '["payments"]']) {
      check(
        addresses.some((address) => address.startsWith(`module.batch${instance}`)),
        `no ${instance}`,
      );
    }
    // One instance uses the team's key.
    const keys = addresses.filter((address) => address.includes(".aws_kms_key."));
    check(keys.length === 1 && keys[0]?.includes("meters") === true, `keys: ${keys.join(", ")}`);
    return `${add} added`;
  });
  await report.step("terraform plan: nothing to do", async () => {
    check(!(await terraform.plan(PLAN)), `the plan is not clean: ${await plannedChanges(terraform)}`);
    return "no changes";
  });
  await report.step("a stream and a role are changed outside: both are named, and nothing else", async () => {
    await lane.account.lengthenRetention("meters-records");
    await lane.account.iam("DeleteRolePolicy", {
      RoleName: "payments-ValidateRecords-execution",
      PolicyName: "granted",
    });
    const { drifted, undeployed } = await detectDrift(terraform, "the example", () => {});
    const named = drifted.map(({ address, what }) => `${address} ${what}`).sort();
    check(
      isDeepStrictEqual(named, [
        'module.batch["meters"].aws_kinesis_stream.event_stream[0] changed',
        'module.batch["payments"].aws_iam_role_policy.validate_records_function_execution_role_policy deleted',
      ]),
      `it names ${named.join(", ")}; undeployed: ${undeployed.join(", ")}`,
    );
    return named.join("\n");
  });
  await report.step("npm start -- --plan reads what repairs it, where most is known", async () => {
    check(await terraform.plan(PLAN), "there is nothing to repair");
    const module = 'module.batch["meters"]';
    const planned = readSavedPlan(await terraform.show(PLAN), folder, module);
    const [stream] = readDataPlane(folder, {}, {}, planned).streams;
    check(stream?.retentionHours === 24, `the stream keeps records for ${stream?.retentionHours} hours`);
    return `${stream.name} keeps records for ${stream.retentionHours} hours`;
  });
  await report.step("terraform apply repairs it", async () => {
    const { add, change, remove } = await terraform.apply(PLAN);
    check(add === 1 && remove === 0, `${add} added, ${change} changed, ${remove} removed`);
    check(!(await terraform.plan(PLAN)), `the plan is not clean: ${await plannedChanges(terraform)}`);
    return `${add} added, ${change} changed; then no changes`;
  });
  await report.step("terraform plan -destroy is refused, of everything and of the stream alone", async () => {
    const stream = (await terraform.stateList()).find((address) => address.includes(".aws_kinesis_stream."));
    check(stream !== undefined, "there is no stream");
    for (const target of [[], [`-target=${stream}`]]) {
      const { exitCode, stderr } = await lane.run(
        lane.terraformCommand,
        ["plan", "-destroy", "-input=false", "-no-color", ...target],
        {},
        { cwd: folder, remedy: "install Terraform" },
      );
      check(
        exitCode === 1 && stderr.includes("terraform_data.guard"),
        `it ended with ${exitCode}: ${stderr}`,
      );
    }
    return "Instance cannot be destroyed: terraform_data.guard";
  });
  await report.step("terraform destroy, once the root has no guard and removes data", async () => {
    writeFileSync(
      join(folder, "disposable_override.tf.json"),
      JSON.stringify({
        resource: { terraform_data: { guard: { lifecycle: { prevent_destroy: false } } } },
        module: { batch: { force_destroy: true } },
      }),
    );
    check(await terraform.plan(PLAN), "there is nothing to change");
    await terraform.apply(PLAN);
    return `${await removeAll(terraform)} removed`;
  });
}

/** Adapts a module to the stand-in. */
function adapt(stack: TerraformStack): void {
  applyDifferences(stack, DIFFERENCES);
  // As aspects, because the variable `force_destroy` is set by one, too.
  Aspects.of(stack).add({
    visit: (node) => {
      const type = resourceTypeOf(node);
      const resource = node as TerraformResource;
      // The stand-in cannot update a workgroup, so the variable cannot reach it later.
      if (type === "aws_athena_workgroup") resource.addOverride("force_destroy", true);
      // The stand-in loses the tags of the call that creates a stream; those of the provider are in `tags_all`.
      if (type === "aws_kinesis_stream")
        resource.addOverride("lifecycle.ignore_changes", ["tags", "tags_all"]);
    },
  });
}

/** Copies the example to where its path to the modules fits. @returns its folder */
function exampleIn(root: string): string {
  const folder = join(root, EXAMPLE);
  cpSync(join(PROJECT_ROOT, EXAMPLE), folder, { recursive: true });
  return folder;
}

/** Destroys everything but what the stand-in cannot delete. @returns the number of removed resources */
async function removeAll(terraform: Terraform): Promise<number> {
  const undeletable = (await terraform.stateList()).filter((address) =>
    Object.keys(FORGOTTEN).some((type) => address.includes(`.${type}.`)),
  );
  check(undeletable.length > 0, "the example has nothing that the stand-in cannot delete");
  await terraform.stateRemove(undeletable);
  check(await terraform.plan(PLAN, { destroy: true }), "there is nothing to destroy");
  const { remove } = await terraform.apply(PLAN);
  const left = await terraform.stateList();
  check(left.length === 0, `remaining: ${left.join(", ")}`);
  return remove;
}
