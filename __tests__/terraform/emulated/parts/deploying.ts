import { isJsonObject, type JsonObject, member } from "../../../../lib/json";
import { managedResources } from "../../../../ops/terraform/protection";
import type { EnvironmentFolders } from "../../../../ops/terraform/stack-folder";
import type { Terraform } from "../../../../ops/terraform/terraform";
import { ENVIRONMENT, type Lane, PLAN } from "../lane";
import { check } from "../report";
import { secretsIn } from "../secrets";

/** A gated deploy by Terraform itself, and the state as operators inspect it. @returns the number of applied resources. */
export async function deploying(
  lane: Lane,
  { main }: EnvironmentFolders,
  terraform: Terraform,
): Promise<number> {
  const { report, account } = lane;
  report.part("Deploy: init, validate, plan, apply, plan");
  const domains = await makeSearchDomains(lane, main.document);
  await report.step("terraform init, with the S3 backend and its lock file", async () => {
    await terraform.init();
    return `s3://${main.backend.bucket}/${main.backend.key}`;
  });
  const applied = await applying(lane, terraform, domains.length);

  await report.step("what the account holds, by its tag and by name", async () => {
    const tagged = await account.tagged();
    const services = new Set(tagged.map((arn) => arn.split(":")[2]));
    const seen = [...services].sort().join(", ");
    // Only some services: the stand-in does not find every tagged resource.
    for (const service of ["s3", "kms", "ec2", "glue"]) {
      check(services.has(service), `nothing of ${service}, only of ${seen}`);
    }
    const untagged = await account.untagged();
    for (const [kind, names] of Object.entries(untagged)) check(names.length > 0, `there are no ${kind}`);
    const others = Object.entries(untagged).map(([kind, names]) => `${names.length} ${kind}`);
    return `${tagged.length} resources of ${seen}; ${others.join(", ")}`;
  });

  report.part("The state, as an operator inspects it");
  await report.step("terraform state list", async () => {
    const addresses = await terraform.stateList();
    const dataSources = addresses.filter((address) => address.startsWith("data.")).length;
    const resources = addresses.length - dataSources;
    const made = applied + domains.length;
    check(resources === made, `it names ${resources} resources, ${made} were made`);
    const ofStream = addresses.filter((address) => /EventStream|DeliveryStream/.test(address));
    return `${resources} resources, ${dataSources} data sources, such as\n${ofStream.join("\n")}`;
  });
  await report.step("terraform state show", async () => {
    const stream = (await terraform.stateList()).find((address) => address.startsWith("aws_kinesis_stream."));
    check(stream !== undefined, "there is no stream");
    const shown = await terraform.stateShow(stream);
    check(shown.includes('encryption_type           = "KMS"'), shown);
    return `${stream}\n${shown
      .split("\n")
      .filter((line) => /^ {4}(name|arn|encryption_type|retention_period) /.test(line))
      .map((line) => line.trim())
      .join("\n")}`;
  });
  await report.step("terraform output", async () => {
    const outputs = await terraform.outputs();
    check(
      outputs.get("lake_bucket") === `retail-bi-${ENVIRONMENT}-lake-123456789012`,
      "lake_bucket is wrong",
    );
    for (const [name, value] of outputs) {
      check(typeof value === "string" && value !== "", `output ${name} is empty`);
    }
    return [...outputs.keys()].join(", ");
  });
  await report.step("npm run smoke, as far as the stand-in goes: it delivers nothing", async () => {
    const { stdout } = await lane.npm(1, ["smoke", "--", ENVIRONMENT, "--json", "--wait", "0.1"]);
    const { parts } = JSON.parse(stdout) as { parts: readonly { name: string; verdict: string }[] };
    const verdicts = parts.map(({ name, verdict }) => `${name}: ${verdict}`).sort();
    const expected = ["raw zone", "Parquet", "quarantine"].map((name) => `${name}: failed`);
    expected.push("stream: ok", "alarms: ok", "index: unknown", "Dashboards: unknown");
    check(verdicts.join() === expected.sort().join(), verdicts.join(", "));
    return verdicts.join(", ");
  });
  await report.step("the state in its bucket", async () => {
    const { bucket, key } = main.backend;
    const text = await account.readObject(bucket, key);
    const state: unknown = JSON.parse(text);
    check(isJsonObject(state), "it is no JSON object");
    const { kmsKey, versions } = await account.describeObject(bucket, key);
    return `s3://${bucket}/${key}\n${text.length} bytes, serial ${member(state, "serial")}, by Terraform ${member(state, "terraform_version")}\n${versions} versions kept, encrypted with ${kmsKey}`;
  });
  await report.step("no secret is in it", async () => {
    const state = await terraform.show();
    const found = secretsIn(state);
    check(found.length === 0, found.join("\n"));
    return `${managedResources(state).length} resources walked`;
  });
  return applied;
}

/** Creates the search domains of a stack beforehand, to be imported. @returns their names */
export async function makeSearchDomains(
  { report, account }: Lane,
  document: JsonObject,
): Promise<readonly string[]> {
  const names = searchDomainNames(document);
  await report.step("search domains are made beforehand, to be imported", async () => {
    for (const name of names) await account.makeSearchDomain(name);
    return names.join(", ");
  });
  return names;
}

/**
 * Validates, plans and applies an initialized stack that does not exist yet; the next plan must be clean.
 * @param imported number of resources that exist already
 * @returns the number of added resources
 */
export async function applying({ report }: Lane, terraform: Terraform, imported: number): Promise<number> {
  let applied = 0;
  await report.step("terraform validate", async () => {
    await terraform.validate();
    return "";
  });
  await report.step("terraform plan", async () => {
    check(await terraform.plan(PLAN), "there is nothing to plan");
    const planned = member(await terraform.show(PLAN), "resource_changes");
    check(Array.isArray(planned), "the plan names no resource");
    const create = planned.filter((change) => actionsOf(change).includes("create")).length;
    return `${create} to create of ${planned.length}`;
  });
  await report.step("terraform apply", async () => {
    const { add, change, remove } = await terraform.apply(PLAN);
    check(add > 0 && change === 0 && remove === 0, `${add} added, ${change} changed, ${remove} removed`);
    applied = add;
    return `${add} added, ${imported} imported`;
  });
  await report.step("terraform plan, again", async () => {
    check(!(await terraform.plan(PLAN)), `it is not clean: ${await plannedChanges(terraform)}`);
    return "no changes";
  });
  return applied;
}

/** Names of the search domains in a stack. @throws CheckFailed if it has none, or one without a literal name */
export function searchDomainNames(document: JsonObject): string[] {
  const types = member(document, "resource");
  const domains = isJsonObject(types) ? member(types, "aws_opensearch_domain") : undefined;
  const names = Object.values(isJsonObject(domains) ? domains : {}).map((domain) => {
    const name = isJsonObject(domain) ? member(domain, "domain_name") : undefined;
    check(typeof name === "string", "a search domain has no literal name");
    return name;
  });
  check(names.length > 0, "the stack has no search domain");
  return names;
}

function actionsOf(change: unknown): readonly unknown[] {
  const inner = isJsonObject(change) ? member(change, "change") : undefined;
  const actions = isJsonObject(inner) ? member(inner, "actions") : undefined;
  return Array.isArray(actions) ? actions : [];
}

/** Changes of the saved plan, by address. */
export async function plannedChanges(terraform: Terraform): Promise<string> {
  const planned = member(await terraform.show(PLAN), "resource_changes");
  return Array.isArray(planned)
    ? planned
        .filter((change) => !actionsOf(change).includes("no-op"))
        .map(
          (change) =>
            `${isJsonObject(change) ? member(change, "address") : "?"} ${actionsOf(change).join("+")}`,
        )
        .join(", ")
    : "it names nothing";
}
