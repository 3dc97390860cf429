import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { retailTransaction } from "../../../contract/retail-transaction";
import { initialSettings, savedObjects } from "../../../dashboards/saved-objects";
import { setUpDashboards } from "../../../lambdas/search-setup/dashboards";
import { indexTemplate } from "../../../lambdas/search-setup/index-template";
import { withRetry } from "../../../lambdas/search-setup/with-retry";
import { createSearch, type Search } from "../../../lambdas/shared/search-client";
import { freePorts } from "../../../lib/free-ports";
import { type BehindGate, startBehindGate } from "../../../local/opensearch/behind-gate";
import { LOCAL_CREDENTIALS } from "../../../local/services/credentials";
import { RETAIL_PANELS, RETAIL_TITLE } from "../../../presets/retail/panels";
import { setEnvironment } from "../../support/fake-endpoint";
import { testPanelsOnEngine } from "../../support/panel-checks";
import { indexLines } from "../../support/panel-engines";
import { realLines } from "../../support/real-panels";
import { describeRealRows } from "../../support/real-rows";
import { COLUMNS } from "../../support/retail";

const REGION = "eu-west-1";
const MASTER = "arn:aws:iam::123456789012:role/SearchSetup";
const INDEX = "retail";

describeRealRows("the panels of the real rows, on a real OpenSearch", () => {
  let folder: string;
  let restore: () => void;
  let real: BehindGate;
  let search: Search;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "retail-bi-panels-"));
    const { accessKeyId, secretAccessKey } = LOCAL_CREDENTIALS;
    restore = setEnvironment({ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
    const [port = 0] = await freePorts(1);
    real = await startBehindGate({
      folder,
      region: REGION,
      principals: [{ roleArn: MASTER, credentials: LOCAL_CREDENTIALS }],
      masterRoleArn: MASTER,
      port,
      say: (line) => void process.stderr.write(`${line}\n`),
    });
    search = createSearch(real.gate.url, REGION);
    // Several shards, so that each has only a part of a sum.
    const { path, wanted } = indexTemplate(INDEX, COLUMNS, { shards: 3, replicas: 0 });
    const { status } = await search({ method: "PUT", path, body: wanted(undefined), timeoutMs: 30_000 });
    expect(status).toBe(200);
    await indexLines(search, retailTransaction, realLines());
  });

  afterAll(async () => {
    await real?.close();
    restore();
    rmSync(folder, { recursive: true, force: true });
  });

  testPanelsOnEngine(() => search);

  test("the set-up of Dashboards goes through the gate, and a second time changes nothing", async () => {
    const objects = savedObjects(retailTransaction, RETAIL_PANELS, {
      indexName: INDEX,
      title: RETAIL_TITLE,
    });
    const end = Date.now() + 300_000;
    const setUp = () =>
      setUpDashboards(
        objects,
        initialSettings(RETAIL_PANELS),
        withRetry(search, { timeLeftMs: () => end - Date.now(), sleep }),
      );
    expect((await setUp()).created).toHaveLength(objects.length + 1);
    expect((await setUp()).unchanged).toHaveLength(objects.length + 1);
  });
});
