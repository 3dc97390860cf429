import type { Terraform } from "../../../../ops/terraform/terraform";
import { PROTECTION_VARIABLE } from "../environment";
import { ENVIRONMENT, type Lane } from "../lane";
import { check } from "../report";

/** A protected environment is not destroyed: not by Terraform, not by the command, not after a setting that was not deployed. */
export async function refusing(lane: Lane, terraform: Terraform): Promise<void> {
  const { report } = lane;
  report.part("A protected environment refuses to be destroyed");
  await report.step("terraform plan -destroy", async () => {
    const refused = await terraform.plan("destroy.tfplan", { destroy: true }).then(
      () => "",
      (error: unknown) => String(error),
    );
    const held = refused.match(/^Resource \S+ has$/gm) ?? [];
    check(held.length > 0 && refused.includes("prevent_destroy"), `it was not refused: ${refused}`);
    return `${held.length} resources have lifecycle.prevent_destroy set`;
  });
  await report.step("npm run destroy", async () => {
    const { stderr } = await lane.npm(1, ["destroy", "--", ENVIRONMENT, "--yes"]);
    check(stderr.includes(`${ENVIRONMENT} is protected`), stderr);
    return `exit 1, ${stderr.trim()}`;
  });
  await report.step("npm run destroy, disposable in the code but not deployed", async () => {
    const { stderr } = await lane.npm(1, ["destroy", "--", ENVIRONMENT, "--yes"], {
      [PROTECTION_VARIABLE]: "disposable",
    });
    check(stderr.includes("was not deployed since"), stderr);
    return `exit 1, ${stderr.trim()}`;
  });
}
