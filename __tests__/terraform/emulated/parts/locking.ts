import { randomUUID } from "node:crypto";
import type { EnvironmentFolders } from "../../../../ops/terraform/stack-folder";
import type { Terraform } from "../../../../ops/terraform/terraform";
import { ENVIRONMENT, type Lane, PLAN } from "../lane";
import { check } from "../report";

const WHO = "somebody@another-machine";

/** A lock held by another process is respected and named. */
export async function locking(lane: Lane, { main }: EnvironmentFolders, terraform: Terraform): Promise<void> {
  const { report, account } = lane;
  const { bucket, key } = main.backend;
  const lock = `${key}.tflock`;
  report.part("Somebody else holds the lock");
  await report.step("the lock lies beside the state", async () => {
    const info = {
      ID: randomUUID(),
      Operation: "OperationTypeApply",
      Info: "",
      Who: WHO,
      Version: "1.11.4",
      Created: new Date().toISOString(),
      Path: `${bucket}/${key}`,
    };
    await account.putObject(bucket, lock, JSON.stringify(info));
    return `s3://${bucket}/${lock}`;
  });
  await report.step("drift waits, and then says who holds it", async () => {
    const { stderr } = await lane.npm(1, ["drift", "--", ENVIRONMENT, "--lock-timeout", "2s"]);
    check(stderr.includes("Error acquiring the state lock") && stderr.includes(WHO), stderr);
    return `exit 1, Error acquiring the state lock … Who: ${WHO}`;
  });
  await report.step("terraform plan refuses", async () => {
    const refused = await terraform.plan(PLAN).then(
      () => "",
      (error: unknown) => String(error),
    );
    check(refused.includes(WHO), `it was not refused: ${refused}`);
    return "the same words";
  });
  await report.step("without it, drift goes on", async () => {
    await account.deleteObject(bucket, lock);
    await lane.npm(0, ["drift", "--", ENVIRONMENT]);
    return "exit 0";
  });
}
