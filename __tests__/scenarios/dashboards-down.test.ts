import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalRun, runDataPlane } from "../../local/local-run";
import { runOnce } from "../../local/once";
import type { DataPlane, InvocationModel } from "../../local/plan/data-plane";
import { readDataPlane } from "../../local/plan/read-data-plane";
import { findTerraform } from "../../ops/terraform/find-terraform";
import { findProvider, variablesFor } from "../../ops/terraform/provider-source";
import { Terraform } from "../../ops/terraform/terraform";
import { type Front, startFront } from "../support/front";
import { startSearchDouble } from "../support/search-double";
import { synthesized } from "../support/synthesized";

const LINES = 300;
const PROVIDER_VERSION = "5.100.0";
const REASON =
  "POST /_dashboards/api/saved_objects/_resolve_import_errors: 200 <!DOCTYPE html> <title>Sign in</title> (a JSON object is wanted)";

/** Whether a sign-in page answers every import of Dashboards' objects. */
let isSignInWanted = true;
let folder: string;
let plane: DataPlane;
let search: Awaited<ReturnType<typeof startSearchDouble>>;
let dashboards: Front;
let run: LocalRun;

beforeAll(async () => {
  // What `npm start` would write on the terminal.
  jest.spyOn(process.stderr, "write").mockReturnValue(true);
  folder = mkdtempSync(join(tmpdir(), "retail-bi-dashboards-down-"));
  search = await startSearchDouble({ dataDir: join(folder, "search") });
  dashboards = await startFront(search.url, (_, path) =>
    isSignInWanted && path.startsWith("/_dashboards/api/saved_objects/_resolve_import_errors")
      ? { status: 200, type: "text/html", text: "<!DOCTYPE html>\n<title>Sign in</title>\n" }
      : undefined,
  );
  plane = readDataPlane(await synthesized("dev"), { searchEndpoint: dashboards.url });
  run = await runDataPlane(plane, dashboards.url, {
    dataDir: join(folder, "run"),
    timeScale: 300,
    firstPort: 0,
    say: () => undefined,
  });
});

afterAll(async () => {
  await run?.close();
  await dashboards?.close();
  await search?.close();
  rmSync(folder, { recursive: true, force: true });
  jest.restoreAllMocks();
});

/** The invocation for what people look at. */
function dashboardsInvocation(): InvocationModel {
  const [, invocation] = plane.invocations;
  if (invocation === undefined) throw new Error("the Terraform has no second invocation");
  return invocation;
}

test("a sign-in page in the place of Dashboards: data flows into every layer, and the run fails with the reason", async () => {
  const written = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  const agree = await runOnce(run, {
    maxCount: LINES,
    pack: 1,
    seed: 1,
    json: true,
    signal: new AbortController().signal,
  });
  const document = JSON.parse(written.mock.calls.map(([text]) => String(text)).join(""));
  written.mockRestore();

  expect(agree).toBe(false);
  expect(document).toMatchObject({ acknowledged: LINES, raw: LINES, parquet: LINES, indexed: LINES });
  expect(document.reasons).toEqual([
    `${dashboardsInvocation().address} failed: SearchSetup: Error: ${REASON}`,
  ]);
});

describe("real Terraform, with the synthesized invocations and mapping, and the run's Lambda", () => {
  let terraform: Terraform;
  let lambda: Front;
  let stack: string;
  const mappings = new Map<string, object>();

  beforeAll(async () => {
    lambda = await startFront(lambdaUrl(), (method, path, body) => eventSourceMapping(method, path, body));
    stack = mkdtempSync(join(folder, "terraform-"));
    const variables = { ...process.env, AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" };
    terraform = new Terraform(stack, {
      program: await findTerraform(variables),
      variables: variablesFor(findProvider(PROVIDER_VERSION, variables), variables, folder),
    });
    write();
    await terraform.init();
  });

  afterAll(() => lambda?.close());

  function lambdaUrl(): string {
    const [, url] = /AWS_ENDPOINT_URL_LAMBDA=(\S+)/.exec(run.exports.join("\n")) ?? [];
    if (url === undefined) throw new Error("the run exports no URL of its Lambda");
    return url;
  }

  /** Lambda's operations for event source mappings, which the run's Lambda has not. */
  function eventSourceMapping(method: string, path: string, body: string) {
    const json = (value: object) => ({ status: 200, type: "application/json", text: JSON.stringify(value) });
    if (path.startsWith("/2017-03-31/tags/")) return json({ Tags: {} });
    const [, id = ""] = /^\/2015-03-31\/event-source-mappings\/([^/?]*)/.exec(path) ?? [];
    if (method === "POST" && /^\/2015-03-31\/event-source-mappings\/?$/.test(path)) {
      const { FunctionName, ...given } = JSON.parse(body);
      const FunctionArn = `arn:aws:lambda:${plane.region}:${plane.accountId}:function:${FunctionName}`;
      const UUID = `0000000${mappings.size}-0000-4000-8000-000000000000`;
      mappings.set(UUID, { ...given, UUID, FunctionArn, State: "Enabled" });
      return json(mappings.get(UUID) ?? {});
    }
    const found = mappings.get(id);
    return found && json(found);
  }

  /** The synthesized resources with their references resolved, and only the dependencies among themselves. */
  function write(change: (input: string) => string = (input) => input): void {
    const { eventSourceMappings, invocations } = plane;
    const own = new Set([...invocations, ...eventSourceMappings].map(({ address }) => address));
    const nameOf = (arn: string) => plane.functions.find((model) => model.arn === arn)?.name;
    const resource = Object.fromEntries(
      ["aws_lambda_invocation", "aws_lambda_event_source_mapping"].map((type) => [
        type,
        {} as Record<string, object>,
      ]),
    );
    const add = (address: string, dependsOn: readonly string[], properties: object): void => {
      const [type = "", name = ""] = address.split(".");
      const depends_on = dependsOn.filter((other) => own.has(other));
      Object.assign(resource[type] ?? {}, { [name]: { ...properties, depends_on } });
    };
    for (const { address, dependsOn, functionArn, input } of invocations) {
      const text = change(JSON.stringify(input));
      add(address, dependsOn, {
        function_name: nameOf(functionArn),
        input: text,
        lifecycle_scope: "CREATE_ONLY",
        triggers: { input: text },
      });
    }
    for (const { address, dependsOn, functionArn, streamArn, startingPosition } of eventSourceMappings) {
      add(address, dependsOn, {
        function_name: nameOf(functionArn),
        event_source_arn: streamArn,
        starting_position: startingPosition,
      });
    }
    const document = {
      terraform: { required_providers: { aws: { source: "hashicorp/aws", version: PROVIDER_VERSION } } },
      provider: {
        aws: {
          region: plane.region,
          endpoints: [{ lambda: lambda.url }],
          max_retries: 1,
          skip_credentials_validation: true,
          skip_metadata_api_check: true,
          skip_requesting_account_id: true,
        },
      },
      resource,
    };
    writeFileSync(join(stack, "main.tf.json"), JSON.stringify(document));
  }

  async function apply(): Promise<void> {
    expect(await terraform.plan("plan")).toBe(true);
    await terraform.apply("plan");
  }

  test("the apply fails with the reason; what indexes is there", async () => {
    write();
    isSignInWanted = true;
    const error = await apply().catch(String);
    // Terraform breaks its lines.
    expect(String(error).replace(/[\s│]+/g, " ")).toContain(REASON);
    expect((await terraform.stateList()).sort()).toEqual(
      [plane.eventSourceMappings[0]?.address, plane.invocations[0]?.address].sort(),
    );
    expect(mappings.size).toBe(1);
  });

  test("the next apply makes the missing invocation alone", async () => {
    isSignInWanted = false;
    expect(await terraform.plan("plan")).toBe(true);
    expect(await terraform.apply("plan")).toEqual({ add: 1, change: 0, remove: 0 });
    expect(await terraform.stateList()).toContain(dashboardsInvocation().address);
  });

  test("a changed panel replaces its invocation alone, and changes that object alone", async () => {
    const { address } = dashboardsInvocation();
    write((input) => input.replace('"title":"Revenue by country"', '"title":"Countries"'));
    expect(await terraform.plan("plan")).toBe(true);
    expect(await terraform.apply("plan")).toEqual({ add: 1, change: 0, remove: 1 });

    const state = JSON.parse(readFileSync(join(stack, "terraform.tfstate"), "utf8"));
    const [invoked] = state.resources.filter(
      ({ type, name }: { type: string; name: string }) => `${type}.${name}` === address,
    );
    expect(JSON.parse(invoked.instances[0].attributes.result)).toMatchObject({
      created: [],
      updated: ["visualization retail-bi-revenue-by-country"],
    });
  });
});
