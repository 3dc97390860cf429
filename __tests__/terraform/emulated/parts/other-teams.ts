import { join } from "node:path";
import { Aspects, type TerraformStack } from "cdktf";
import { Tags } from "../../../../modules";
import { managedResources } from "../../../../ops/terraform/protection";
import { keepStateHere } from "../../../../ops/terraform/stack-folder";
import type { Terraform } from "../../../../ops/terraform/terraform";
import { applyDifferences, DIFFERENCES, FOUND_DOMAIN } from "../environment";
import { forget } from "../forget";
import { ACCOUNT_ID, type Lane, PLAN, REGION } from "../lane";
import {
  existingIn,
  type OtherStack,
  OWN_LAKE,
  synthesizeOtherTeams,
  synthesizeOwners,
} from "../other-teams";
import type { Library } from "../packed";
import { check } from "../report";
import { applying, makeSearchDomains, plannedChanges } from "./deploying";
import { putData } from "./disposing";
import { resourcesIn } from "./validity";

function overrides(stack: TerraformStack): void {
  // The stand-in fails on a workgroup without tags; by this one, the end of the run looks for what remains.
  Aspects.of(stack).add(new Tags({ Project: "retail-bi" }));
  applyDifferences(stack, [...DIFFERENCES, FOUND_DOMAIN]);
}

/**
 * Two systems of other teams in one stack, by the packed library, are applied, planned without changes, and destroyed. What the second one
 * adopts remains as its owners made it.
 */
export async function otherTeams(lane: Lane, library: Library): Promise<void> {
  const { report, account, scratch } = lane;
  report.part("Two systems of other teams in one stack, one of them on resources of other owners");
  const owners = synthesizeOwners(join(scratch, "owners"), REGION, overrides);
  const ofOwners = terraformIn(lane, owners);
  await report.step("the owners apply a key, a stream, a bucket and a network", async () => {
    await ofOwners.init();
    check(await ofOwners.plan(PLAN), "there is nothing to plan");
    return `${(await ofOwners.apply(PLAN)).add} added`;
  });
  const existing = existingIn(await ofOwners.outputs());
  const stack = synthesizeOtherTeams(
    join(scratch, "two-systems"),
    { accountId: ACCOUNT_ID, region: REGION },
    { library, existing, protected: false, overrides },
  );
  const terraform = terraformIn(lane, stack);
  const domains = await makeSearchDomains(lane, stack.document);
  await report.step("terraform init", async () => {
    await terraform.init();
    return "";
  });
  const applied = await applying(lane, terraform, domains.length);
  await report.step("terraform state list", async () => {
    const resources = (await terraform.stateList()).filter((address) => !address.startsWith("data."));
    const wanted = resourcesIn(stack.document);
    check(
      resources.length === wanted && applied + domains.length === wanted,
      `it names ${resources.length} resources of ${wanted}`,
    );
    const counts = ["Readings", "Payments"].map((system) => {
      const count = resources.filter((address) => address.includes(`.${system}_`)).length;
      check(count > 0, `${system} has no resource`);
      return `${count} of ${system}`;
    });
    return counts.join(", ");
  });
  const ownLake = String((await terraform.outputs()).get(OWN_LAKE));
  await report.step("data come into both lakes, in several versions", async () => {
    const [first, second] = [await putData(account, ownLake), await putData(account, existing.bucketName)];
    return `${ownLake}: ${first}; ${existing.bucketName}: ${second}`;
  });
  await report.step("terraform destroy", async () => {
    const forgotten = await forget(terraform);
    const wanted = managedResources(await terraform.show()).length;
    const removed = await removeAll(terraform);
    check(removed === wanted, `it removed ${removed} resources of ${wanted}`);
    return `${removed} removed (${forgotten} forgotten before)`;
  });
  await report.step("the owners' resources are as they were, with the data", async () => {
    check(!(await ofOwners.plan(PLAN)), `the plan is not clean: ${await plannedChanges(ofOwners)}`);
    const buckets = await account.buckets();
    check(!buckets.includes(ownLake), `${ownLake} remains`);
    const data = await account.readObject(existing.bucketName, "json-data/year=2026/a");
    check(data === "second", `the bucket has "${data}"`);
    return "no changes";
  });
  await report.step("the owners destroy them", async () => `${await removeAll(ofOwners)} removed`);
}

function terraformIn(lane: Lane, stack: OtherStack): Terraform {
  keepStateHere(stack);
  return lane.terraform(stack.path);
}

/** Destroys a stack. @returns the number of removed resources */
async function removeAll(terraform: Terraform): Promise<number> {
  check(await terraform.plan(PLAN, { destroy: true }), "there is nothing to destroy");
  const { remove } = await terraform.apply(PLAN);
  const left = await terraform.stateList();
  check(left.length === 0, `remaining: ${left.join(", ")}`);
  return remove;
}
