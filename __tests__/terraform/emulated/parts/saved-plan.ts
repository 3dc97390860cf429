import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { contractVariable } from "../../../../contract/variable";
import type { JsonObject } from "../../../../lib/json";
import { readSavedPlan } from "../../../../local/plan/saved-plan";
import { contractOfStack } from "../../../../local/plan/stack-source";
import {
  EXAMPLE_CONTRACTS,
  type ExampleInstance,
  exampleLines,
  originOfLines,
} from "../../../support/example-lines";
import { unknownValues } from "../../../support/unknown-values";
import { ACCOUNT_ID, type Lane, PLAN, REGION } from "../lane";
import { check } from "../report";

/** Lines of each instance that are sent to both. */
const LINES: Readonly<Record<ExampleInstance, number>> = { meters: 1_500, payments: 1_000 };
/** Lines that are made for a module that is run alone. */
const MADE_LINES = 500;

/** Variables of the modules that the example does not use. */
const ROOTS: Readonly<Record<string, JsonObject>> = {
  speed: {
    stream: { arn: `arn:aws:kinesis:${REGION}:${ACCOUNT_ID}:stream/readings`, retention_hours: 24 },
    lake: {
      bucket_name: "readings-lake",
      key_arn: `arn:aws:kms:${REGION}:${ACCOUNT_ID}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
    },
    vpc_id: "vpc-0123456789abcdef0",
    private_subnet_ids: ["subnet-0123456789abcdef0"],
  },
  "retail-bi": {},
};

/** Where a run of `npm start` has its data plane from. */
interface Planned {
  readonly root: string;
  readonly module: string;
}

/** What `npm start -- --once --json` reports of lines. */
interface Counts {
  readonly agree: boolean;
  readonly acknowledged: number;
  readonly raw?: number;
  readonly parquet?: number;
  readonly indexed?: number;
  readonly quarantined: number;
}

/** Saved plans of the example, and of the modules that it does not use, run on this machine. */
export async function savedPlans(lane: Lane, example: string, modules: string): Promise<void> {
  const { report } = lane;
  report.part("Saved plans, on this machine");
  for (const instance of ["meters", "payments"] as const) {
    const planned = { root: example, module: `module.batch["${instance}"]` };
    await nothingUnknown(lane, planned, EXAMPLE_CONTRACTS[instance]);
    await report.step(`npm start -- --plan, of ${planned.module}: its own lines and the other's`, () =>
      ownLinesOnly(lane, planned, instance),
    );
  }
  for (const [module, given] of Object.entries(ROOTS)) {
    const planned = { root: join(modules, "..", "roots", module), module: "module.readings" };
    await report.step(`terraform plan: a root with the module ${module}`, async () => {
      writeRoot(planned.root, join(modules, module), given);
      const terraform = lane.terraform(planned.root);
      await terraform.init();
      check(await terraform.plan(PLAN), "there is nothing to plan");
      return "";
    });
    await nothingUnknown(lane, planned, EXAMPLE_CONTRACTS.meters);
    await report.step(`npm start -- --plan, of the module ${module}`, async () => {
      const counts = await start(lane, planned, ["--max-count", String(MADE_LINES)]);
      const { agree, acknowledged, raw = MADE_LINES, parquet = MADE_LINES, indexed } = counts;
      check(
        agree && [acknowledged, raw, parquet, indexed].every((count) => count === MADE_LINES),
        JSON.stringify(counts),
      );
      return `${Object.keys(counts).join(", ")}: ${MADE_LINES} lines in every layer`;
    });
  }
}

/** A root that calls one module, as JSON. */
function writeRoot(folder: string, source: string, given: JsonObject): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "main.tf.json"),
    JSON.stringify({
      terraform: { required_providers: { aws: { source: "hashicorp/aws", version: "~> 5.100" } } },
      provider: { aws: { region: REGION } },
      module: {
        readings: {
          source,
          name: "readings",
          event_time: "read_at",
          columns: [
            { name: "meter_id", kind: "text" },
            { name: "reading_kwh", kind: "decimal", precision: 12, scale: 3 },
            { name: "read_at", kind: "timestamp", format: "iso" },
          ],
          ...given,
        },
      },
    }),
  );
}

/** Each attribute of the data plane that the plan does not know is read from elsewhere, or listed with its reason. */
async function nothingUnknown(lane: Lane, { root, module }: Planned, contract: string): Promise<void> {
  await lane.report.step(`what the plan does not know of ${module}`, async () => {
    const shown = await lane.terraform(root).show(PLAN);
    const { resolved, listed } = unknownValues(shown, root, module);
    check(resolved.size > 0 && listed.size > 0, "the plan knows everything");
    const planned = readSavedPlan(shown, root, module);
    const read = contractVariable(contractOfStack({ directory: root, variables: {}, planned }));
    check(read === contract, `the contract is ${read}`);
    const reasons = [...new Set(listed.values())].sort();
    return `${resolved.size} attributes have a value here; ${listed.size} are not honoured: ${reasons.join("; ")}`;
  });
}

async function ownLinesOnly(lane: Lane, planned: Planned, instance: ExampleInstance): Promise<string> {
  const file = join(lane.scratch, "lines-of-both.jsonl");
  const lines = Object.entries(LINES).flatMap(([name, count]) =>
    exampleLines(name as ExampleInstance, count),
  );
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  const counts = await start(lane, planned, ["--input-file", file]);
  const own = LINES[instance];
  check(
    counts.agree &&
      counts.acknowledged === lines.length &&
      counts.raw === own &&
      counts.parquet === own &&
      counts.quarantined === lines.length - own,
    JSON.stringify(counts),
  );
  return `${own} accepted, ${counts.quarantined} of the other quarantined; ${originOfLines()}`;
}

/** Runs the binary plan until every layer has the lines. */
async function start(lane: Lane, { root, module }: Planned, more: readonly string[]): Promise<Counts> {
  const { stdout } = await lane.npm(
    0,
    ["start", "--", "--once", "--json", "--time-scale", "60", "--no-page"].concat(
      ...["--plan", join(root, PLAN), "--root", root, "--module", module],
      more,
    ),
    { TERRAFORM_BINARY_NAME: lane.terraformCommand, AWS_ENDPOINT_URL: undefined },
  );
  const { agree, acknowledged, raw, parquet, indexed, quarantined }: Counts = JSON.parse(stdout);
  return {
    agree,
    acknowledged,
    quarantined,
    ...(raw !== undefined && { raw }),
    ...(parquet !== undefined && { parquet }),
    ...(indexed !== undefined && { indexed }),
  };
}
