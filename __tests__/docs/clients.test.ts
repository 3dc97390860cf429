import { readFileSync } from "node:fs";
import { join } from "node:path";
import { devDependencies } from "../../package.json";

const ROOT = join(__dirname, "../..");
const CLIENTS = join(ROOT, "__tests__/engines/clients");

/** Client and version of the rows of docs/clients.md. */
const documented = new Map(
  Array.from(
    readFileSync(join(ROOT, "docs/clients.md"), "utf8").matchAll(/^\| ([^|]+) \| (v?\d[\d.]*)/gm),
    ([, client = "", version = ""]) => [client, version],
  ),
);

test("docs/clients.md names the versions that are tested", () => {
  const requirements = readFileSync(join(CLIENTS, "python/requirements.txt"), "utf8");
  const pinned = (name: string): string | undefined =>
    new RegExp(`^${name}(?:\\[.*\\])?==(.+)$`, "m").exec(requirements)?.[1];
  const [, go] = /aws-sdk-go-v2 (v\S+)/.exec(readFileSync(join(CLIENTS, "go/go.mod"), "utf8")) ?? [];
  expect(Object.fromEntries(documented)).toEqual({
    "AWS CLI": pinned("awscli"),
    boto3: pinned("boto3"),
    awswrangler: pinned("awswrangler"),
    PyAthena: pinned("PyAthena"),
    SQLAlchemy: pinned("SQLAlchemy"),
    "opensearch-py": pinned("opensearch-py"),
    "AWS SDK for Go": go,
    "AWS SDK for JavaScript": devDependencies["@aws-sdk/client-athena"],
    Trino: "476",
  });
});
