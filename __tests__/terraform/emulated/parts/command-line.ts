import type { Terraform } from "../../../../ops/terraform/terraform";
import { PROTECTION_VARIABLE } from "../environment";
import { forget } from "../forget";
import type { Lane } from "../lane";
import { check } from "../report";

const DISPOSABLE = { [PROTECTION_VARIABLE]: "disposable" };

/** Deploys and destroys with the cdktf CLI alone, as the README says. */
export async function commandLine(lane: Lane, terraform: Terraform): Promise<void> {
  const { report } = lane;
  report.part("From nothing to nothing by the cdktf CLI");
  await report.step("npx cdktf deploy", async () => {
    const stdout = await lane.cdktf("deploy", ["--auto-approve"], DISPOSABLE);
    const [complete] = /Apply complete!.*/.exec(stdout) ?? [];
    check(complete !== undefined, stdout);
    return complete;
  });
  await report.step("npx cdktf output", async () => {
    const stdout = await lane.cdktf("output", [], DISPOSABLE);
    const outputs = stdout.split("\n").filter((line) => / = /.test(line));
    check(
      outputs.some((line) => line.includes("lake_bucket")),
      stdout,
    );
    return `${outputs.length} outputs`;
  });
  await report.step("npx cdktf destroy", async () => {
    const forgotten = await forget(terraform);
    const stdout = await lane.cdktf("destroy", ["--auto-approve"], DISPOSABLE);
    const [complete] = /Destroy complete!.*/.exec(stdout) ?? [];
    check(complete !== undefined, stdout);
    return `${complete} (${forgotten} forgotten before)`;
  });
  await report.step("terraform state list", async () => {
    const left = await terraform.stateList();
    check(left.length === 0, left.join(", "));
    return "nothing";
  });
}
