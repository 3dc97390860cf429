import { join } from "node:path";
import { variableName } from "../../../../environments/location";
import { isJsonObject, type JsonObject, member } from "../../../../local/terraform/json";
import { keepStateHere } from "../../../../terraform/stack-folder";
import { ACCOUNT_ID, ENVIRONMENT, type Lane, PLAN } from "../lane";
import { check } from "../report";

const IN_AWS = ["dev", "prod"];

/** `toBeValidTerraform` for the stacks of every environment; those that live in AWS are planned too, as they are. */
export async function validity(lane: Lane): Promise<void> {
  const { report } = lane;
  report.part("Every stack of every environment is valid Terraform, and can be planned as it is");
  for (const environment of [...IN_AWS, ENVIRONMENT]) {
    const folder = `valid-${environment}`;
    const { main } = await lane.synthesize(
      folder,
      { [variableName(environment, "ACCOUNT_ID")]: ACCOUNT_ID },
      environment,
    );
    await report.step(`toBeValidTerraform: ${environment}, ${environment}-state`, async () => {
      await lane.expectExit(
        0,
        process.execPath,
        ["--import", "tsx", join(__dirname, "..", "valid.ts"), join(lane.scratch, folder)],
        // There is no bucket of a state to connect to.
        { TF_CLI_ARGS_init: "-backend=false" },
      );
      return "";
    });
    if (!IN_AWS.includes(environment)) continue;
    await report.step(`terraform plan: ${environment}, with nothing left out`, async () => {
      keepStateHere(main);
      const terraform = lane.terraform(main.path);
      await terraform.init();
      check(await terraform.plan(PLAN), "there is nothing to plan");
      const planned = member(await terraform.show(PLAN), "resource_changes");
      const count = Array.isArray(planned) ? planned.filter(isManaged).length : 0;
      const wanted = resourcesIn(main.document);
      check(count === wanted, `it plans ${count} resources of ${wanted}`);
      return `${count} to create`;
    });
  }
}

function isManaged(change: unknown): boolean {
  return isJsonObject(change) && member(change, "mode") === "managed";
}

function resourcesIn(document: JsonObject): number {
  const types = member(document, "resource");
  return Object.values(isJsonObject(types) ? types : {})
    .map((resources) => (isJsonObject(resources) ? Object.keys(resources).length : 0))
    .reduce((sum, count) => sum + count, 0);
}
