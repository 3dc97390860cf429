import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { Construct } from "constructs";
import { Template } from "../support/template";
import { testApp } from "../support/test-app";
import { tokenStack } from "../support/token-fixture";

const MODULES = resolve(__dirname, "../../modules");

/** Every construct that the library exports, by its name. */
function constructsOfLibrary(): ReadonlyMap<string, unknown> {
  const files = readdirSync(MODULES, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return new Map(
    files
      .flatMap((file) => Object.entries<unknown>(require(join(MODULES, file))))
      .filter(([, value]) => typeof value === "function" && value.prototype instanceof Construct),
  );
}

describe.each(["a variable", "a data source"] as const)("with %s in every number and text", (source) => {
  const { stack, references, made } = tokenStack(testApp(), source);
  const json = JSON.stringify(Template.ofStack(stack).json);

  test("nothing but a reference to it is synthesized", () => {
    // The last is in Terraform the text `${`, and no reference.
    expect(json.match(/.{0,40}(?:\de\+[23]\d\d|TfToken\[|\$\$\{)/g)).toBeNull();
  });

  test("each reaches the JSON", () => {
    expect(references.size).toBeGreaterThan(150);
    const absent = [...references].filter(
      ([, reference]) => !json.match(new RegExp(`${reference.replaceAll(".", "\\.")}\\b`)),
    );
    // The users of QuickSight have a region of their own; a network's prefix list is given, or found by the region.
    expect(absent.map(([property]) => property)).toEqual([
      "QuickSight.location.region",
      "fromIds.location.region",
    ]);
  });

  test("every construct of the library is in the stack", () => {
    const absent = [...constructsOfLibrary()].filter(([, value]) => !made.has(value));
    expect(absent.map(([name]) => name)).toEqual([]);
  });
});

test.each([
  "AlarmTopic.subscriptions",
  "AlarmTopic.subscriptions.*.protocol",
  "Budget.costOf",
  "Catalog.protected",
  "DataLake.protected",
  "DeliveryStream.gzip",
  "DeliveryStream.protected",
  "EncryptionKey.protected",
  "EncryptionKey.services",
  "EventStream.capacity.mode",
  "EventStream.protected",
  "FailedRecordEvents.zones",
  "GithubDelivery.environment.bastion.putRecords",
  "GithubDelivery.environment.physicalNames",
  "GithubDelivery.environment.protected",
  "GithubDelivery.environment.serving.quickSight.enabled",
  "NodeFunction.folder",
  "Operations.settings.alarmSubscriptions",
  "PrivateBucket.expirations",
  "PrivateBucket.protected",
  "QuickSight.principals",
  "QuickSight.principals.*.access",
  "SearchDomain.protected",
  "SearchDomain.settings.availability.kind",
  "SearchDomain.settings.serviceLinkedRole",
  "Vpc.nat",
  "Vpc.zones",
  "Workgroup.disposable",
  "Workgroup.enforced",
  "admit.",
])("a token in %s, which decides what there is, is refused by the construct", (path) => {
  const build = () => tokenStack(testApp(), "a variable", path);
  expect(build).toThrow(TypeError);
  expect(build).toThrow(/^tokens\/\w.*: .+ is not a literal(; it decides| list; its length decides)/);
});
