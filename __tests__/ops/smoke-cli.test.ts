import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { contractVariable } from "../../contract/variable";
import { targetOfEnvironment } from "../../ops/target/environment";
import { writeStack } from "../local/plan-fixture";
import { sdkEnvironment } from "../support/fake-endpoint";

const ROOT = join(__dirname, "../..");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "smoke-cli-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([["--tunnel"], ["--search-url", "http://127.0.0.1:1"]])(
  "%s is an error where there is no speed layer",
  (...options) => {
    const { contract } = targetOfEnvironment("dev", {});
    writeStack(folder, {
      provider: { aws: [{ region: "eu-west-1", allowed_account_ids: ["123456789012"] }] },
      resource: {
        aws_lambda_function: {
          Validate: {
            function_name: "Validate",
            environment: {
              variables: {
                CONTRACT: contractVariable(contract),
                QUARANTINE_LOCATION: "s3://lake/quarantine/",
              },
            },
          },
        },
        aws_kinesis_firehose_delivery_stream: {
          Delivery: {
            kinesis_source_configuration: {
              kinesis_stream_arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/payments",
            },
          },
        },
      },
    });
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", "ops/smoke/cli.ts", "--stack", folder, ...options],
      {
        cwd: ROOT,
        encoding: "utf8",
        env: { ...process.env, ...sdkEnvironment("http://127.0.0.1:1") },
      },
    );
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: "",
      stderr: `error: ${basename(folder)} has no speed layer, so leave out --tunnel and --search-url\n`,
    });
  },
  60_000,
);
