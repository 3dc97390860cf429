import { join } from "node:path";
import { App } from "cdktf";
import { variableName } from "../../../../environments/location";
import { isJsonObject, type JsonObject, member } from "../../../../lib/json";
import { SEARCH_SERVICE_ROLE } from "../../../../modules/account-wide";
import { keepStateHere, type StackFolder } from "../../../../ops/terraform/stack-folder";
import { tokenStack } from "../../../support/token-fixture";
import { unknownValues } from "../../../support/unknown-values";
import { ACCOUNT_ID, ENVIRONMENT, type Lane, PLAN, REGION } from "../lane";
import { ONLY_PLANNED, synthesizeOnlyPlanned } from "../only-planned";
import { neverCreated, synthesizeOtherTeams } from "../other-teams";
import type { Library } from "../packed";
import { check } from "../report";

const IN_AWS = ["dev", "prod"];

/** `toBeValidTerraform` for the stacks of every environment; those in AWS are planned too, unchanged. */
export async function validity(lane: Lane, library: Library): Promise<void> {
  const { report } = lane;
  report.part("Every stack of every environment is valid Terraform, and can be planned as it is");
  await report.step(
    "terraform plan, in an account without the service-linked role of OpenSearch",
    async () => {
      const { main } = await lane.synthesize("no-role", {
        [variableName(ENVIRONMENT, "ACCOUNT_ID")]: ACCOUNT_ID,
      });
      const refused = await planAll(lane, main).then(
        () => "nothing",
        (error: unknown) => String(error),
      );
      check(
        refused.includes(`(${SEARCH_SERVICE_ROLE}): couldn't find resource`),
        `it is refused by: ${refused}`,
      );
      return /reading IAM Role .*/.exec(refused)?.[0] ?? "";
    },
  );
  await lane.account.makeServiceLinkedRole();
  for (const environment of [...IN_AWS, ENVIRONMENT]) {
    const folder = `valid-${environment}`;
    const { main } = await lane.synthesize(
      folder,
      { [variableName(environment, "ACCOUNT_ID")]: ACCOUNT_ID },
      environment,
    );
    await report.step(`toBeValidTerraform: ${environment}, ${environment}-state`, async () => {
      await expectValid(lane, join(lane.scratch, folder));
      return "";
    });
    if (!IN_AWS.includes(environment)) continue;
    await report.step(`terraform plan: ${environment}, with nothing left out`, async () => {
      const types = await planAll(lane, main);
      const { resolved, listed } = unknownValues(await lane.terraform(main.path).show(PLAN), main.path);
      check(resolved.size > 0 && listed.size > 0, "the plan knows everything");
      return `${types.length} to create; npm start -- --plan has a value for ${resolved.size} unknown attributes, and does not honour ${listed.size}`;
    });
  }
  for (const source of ["a variable", "a data source"] as const) {
    await report.step(`toBeValidTerraform: every construct, with ${source} in every property`, async () => {
      const outdir = join(lane.scratch, `valid-${source.replaceAll(" ", "-")}`);
      const app = new App({ outdir });
      const { references } = tokenStack(app, source);
      app.synth();
      await expectValid(lane, outdir);
      return `${references.size} properties`;
    });
  }
  await report.step(
    "toBeValidTerraform, terraform plan: two systems of other teams in one stack",
    async () => {
      const folder = join(lane.scratch, "other-teams");
      const location = { accountId: ACCOUNT_ID, region: REGION };
      const stack = synthesizeOtherTeams(folder, location, {
        library,
        existing: neverCreated(location),
        protected: true,
      });
      await expectValid(lane, folder);
      const types = await planAll(lane, stack);
      return `${types.length} to create`;
    },
  );
  await report.step("terraform plan: prod, with what the stand-in has no API for", async () => {
    const folder = join(lane.scratch, "only-planned");
    const { main } = synthesizeOnlyPlanned(folder, { accountId: ACCOUNT_ID, region: REGION });
    const types = await planAll(lane, main);
    const added = ONLY_PLANNED.map((start) => {
      const count = types.filter((type) => type.startsWith(start)).length;
      check(count > 0, `no ${start} is planned`);
      return `${count} ${start}${start.endsWith("_") ? "…" : ""}`;
    });
    return `${types.length} to create, of them ${added.join(", ")}`;
  });
  // The bootstrap that follows creates it.
  await lane.account.iam("DeleteServiceLinkedRole", { RoleName: SEARCH_SERVICE_ROLE });
}

/** `toBeValidTerraform` for every stack below a folder. */
async function expectValid(lane: Lane, folder: string): Promise<void> {
  await lane.expectExit(
    0,
    process.execPath,
    ["--import", "tsx", join(__dirname, "..", "valid.ts"), folder],
    // There is no state bucket to connect to.
    { TF_CLI_ARGS_init: "-backend=false" },
  );
}

/** Plans an unchanged stack, with a state of its own. @returns the type of each of its resources. */
async function planAll(lane: Lane, stack: Pick<StackFolder, "path" | "document">): Promise<string[]> {
  keepStateHere(stack);
  const terraform = lane.terraform(stack.path);
  await terraform.init();
  check(await terraform.plan(PLAN), "there is nothing to plan");
  const changes = member(await terraform.show(PLAN), "resource_changes");
  const types = (Array.isArray(changes) ? changes : [])
    .filter(isManaged)
    .map((change) => String(member(change, "type")));
  const wanted = resourcesIn(stack.document);
  check(types.length === wanted, `it plans ${types.length} resources of ${wanted}`);
  return types;
}

function isManaged(change: unknown): change is JsonObject {
  return isJsonObject(change) && member(change, "mode") === "managed";
}

/** Number of resources in a stack. */
export function resourcesIn(document: JsonObject): number {
  const types = member(document, "resource");
  return Object.values(isJsonObject(types) ? types : {})
    .map((resources) => (isJsonObject(resources) ? Object.keys(resources).length : 0))
    .reduce((sum, count) => sum + count, 0);
}
