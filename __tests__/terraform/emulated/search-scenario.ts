import { DOMAIN_VARIABLE, PROTECTION_VARIABLE } from "./environment";
import { FORGOTTEN, forget } from "./forget";
import { ACCOUNT_ID, ENVIRONMENT, type Lane, PLAN } from "./lane";
import { check } from "./report";
import type { Seen } from "./scenario";

const VARIABLES = { [DOMAIN_VARIABLE]: "made", [PROTECTION_VARIABLE]: "disposable" };

/** Terraform itself creates and removes the search domain, which the ordinary lane only finds. */
export async function searchLane(lane: Lane): Promise<Seen> {
  const { report } = lane;
  let resources = 0;
  let destroyed = 0;
  report.part("The search domain, made by Terraform");
  await report.step("bootstrap", async () => {
    await lane.account.makeServiceLinkedRole();
    const { stdout } = await lane.npm(
      0,
      ["bootstrap", "--", ENVIRONMENT, "--account-id", ACCOUNT_ID],
      VARIABLES,
    );
    return stdout.split("\n")[0] ?? "";
  });
  const { main, state } = await lane.synthesize("main", VARIABLES);
  const terraform = lane.terraform(main.path);
  await report.step("init, plan, apply (the domain alone takes 10 minutes)", async () => {
    await terraform.init();
    check(await terraform.plan(PLAN), "there is nothing to plan");
    const { add } = await terraform.apply(PLAN);
    resources = add;
    return `${add} added`;
  });
  await report.step("re-plan", async () => {
    check(!(await terraform.plan(PLAN)), "the plan is not clean after the apply");
    return "no changes";
  });
  await report.step("the domain as Terraform reads it", async () => {
    const domain = (await terraform.stateList()).find((address) =>
      address.startsWith("aws_opensearch_domain."),
    );
    check(domain !== undefined, "there is no domain in the state");
    const shown = await terraform.stateShow(domain);
    const wanted = [
      "engine_version",
      "enforce_https",
      "tls_security_policy",
      "master_user_arn",
      "kms_key_id",
    ];
    return shown
      .split("\n")
      .filter((line) => wanted.some((property) => line.trim().startsWith(property)))
      .map((line) => line.trim().replace(/\s+/g, " "))
      .join("\n");
  });
  await report.step("destroy (the domain alone takes 10 minutes)", async () => {
    await forget(terraform, Object.keys(FORGOTTEN));
    const ofState = lane.terraform(state.path);
    await ofState.init();
    await forget(ofState, Object.keys(FORGOTTEN));
    const { stdout } = await lane.npm(0, ["destroy", "--", ENVIRONMENT, "--yes", "--and-state"], VARIABLES);
    const [, count] = /(\d+) resources removed/.exec(stdout) ?? [];
    destroyed = Number(count);
    check((await lane.account.buckets()).length === 0, "buckets are left");
    return stdout.trim();
  });
  return { resources, destroyed };
}
