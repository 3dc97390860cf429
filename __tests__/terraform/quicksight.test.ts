import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Testing } from "cdktf";
import { RetailBiStack } from "../../modules/retail-bi-stack";
import { findTerraform } from "../../terraform/find-terraform";
import { findProvider, variablesFor } from "../../terraform/provider-source";
import { runProgram } from "../../terraform/run-program";
import { environment } from "../support/environments";
import type { JsonObject } from "../support/template";

const PROVIDER_VERSION = "5.100.0";

/** The stack of an environment with QuickSight, as Terraform can plan it without an account. */
function stackWithQuickSight(): string {
  const stack = new RetailBiStack(
    Testing.app(),
    "test",
    environment({
      speed: { enabled: false },
      serving: {
        quickSight: {
          enabled: true,
          principals: [
            { kind: "group", name: "analysts", access: "author" },
            { kind: "user", name: "chief@example.com", access: "reader" },
          ],
        },
      },
    }),
  );
  stack.prepareStack();
  const json: { terraform: JsonObject; provider: { aws: JsonObject[] } } = JSON.parse(
    Testing.synth(stack, true),
  );
  const { backend: _, ...terraform } = json.terraform;
  const [{ allowed_account_ids: __, ...aws } = {}] = json.provider.aws;
  const offline = {
    ...aws,
    access_key: "none",
    secret_key: "none",
    skip_credentials_validation: true,
    skip_requesting_account_id: true,
    skip_metadata_api_check: true,
    skip_region_validation: true,
  };
  return JSON.stringify({ ...json, terraform, provider: { aws: [offline] } });
}

const SOURCE = findProvider(PROVIDER_VERSION, process.env);

/** What keeps the test from running; a provider of 700 MB is not downloaded for it. */
function missing(): string | undefined {
  const { error } = spawnSync(process.env["TERRAFORM_BINARY_NAME"] ?? "terraform", ["version"]);
  if (error) return "there is no Terraform";
  return SOURCE.kind === "registry" ? "there is no mirror of the AWS provider" : undefined;
}

/** `test`, or a skipped one whose title says what is missing. */
function testTerraform(title: string, body: () => Promise<void>): void {
  const reason = missing();
  if (reason === undefined) test(title, body, 240_000);
  else test.skip(`${title} (NOT RUN: ${reason})`, body);
}

testTerraform("an environment with QuickSight is valid Terraform, and can be planned", async () => {
  const folder = mkdtempSync(join(tmpdir(), "retail-bi-quicksight-"));
  try {
    const terraform = await findTerraform(process.env);
    const variables = {
      ...variablesFor(SOURCE, process.env, folder),
      CHECKPOINT_DISABLE: "1",
      AWS_EC2_METADATA_DISABLED: "true",
    };
    writeFileSync(join(folder, "cdk.tf.json"), stackWithQuickSight());
    const run = async (...words: string[]) => {
      const { exitCode, stdout, stderr } = await runProgram(terraform.command, [...words, "-no-color"], {
        cwd: folder,
        variables,
        remedy: "install Terraform",
      });
      expect(`${words[0]}: ${exitCode} ${stderr}`).toBe(`${words[0]}: 0 `);
      return stdout;
    };

    await run("init", "-input=false");
    expect(await run("validate")).toContain("Success! The configuration is valid.");
    await run("plan", "-input=false", "-lock=false", "-out=plan");
    const plan: { resource_changes: { address: string; change: { actions: string[] } }[] } = JSON.parse(
      await run("show", "-json", "plan"),
    );
    const created = plan.resource_changes
      .filter(({ change }) => change.actions.includes("create"))
      .map(({ address }) => address.split(".")[0])
      .filter((type) => type?.startsWith("aws_quicksight"));
    expect(created).toEqual([
      "aws_quicksight_analysis",
      "aws_quicksight_dashboard",
      "aws_quicksight_data_set",
      "aws_quicksight_data_set",
      "aws_quicksight_data_source",
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
