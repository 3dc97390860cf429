import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { dev } from "../../environments/dev";
import {
  defineEnvironment,
  type EnvironmentSettings,
  EnvironmentSettingsError,
} from "../../environments/environment";
import { locatedEnvironment } from "../../environments/located";
import {
  DEFAULT_REGION,
  LOCATION_FILE,
  LocationError,
  locate,
  locationFilePath,
  parseLocationFile,
  readLocationFile,
  UNSET_ACCOUNT_ID,
  variableName,
} from "../../environments/location";
import { prod } from "../../environments/prod";
import { lookBackHours } from "../../modules/batch/look-back";
import { DEFAULTS } from "../../modules/defaults";
import { METADATA, SAML, type SamlSettings } from "../support/saml";

type QuickSightSettings = NonNullable<NonNullable<EnvironmentSettings["serving"]>["quickSight"]>;

const MINIMAL: EnvironmentSettings = { name: "qa", protection: "disposable" };

const SAML_FAULTS: readonly (readonly [string, Partial<SamlSettings>, RegExp])[] = [
  ["a short entity id", { entityId: "idp" }, /speed\.saml\.entityId is "idp"; 8 to 512 characters/],
  [
    "another provider's metadata",
    { entityId: "https://other.example.com" },
    /speed\.saml\.entityId is "https:\/\/other\.example\.com"; its metadata are of https:\/\/idp\.example\.com\/app\?a=1&b=2/,
  ],
  [
    "metadata that are not there",
    { metadata: { file: "no-such.xml" } },
    /speed\.saml\.metadata\.file is "no-such\.xml", which cannot be read \((Error: )?ENOENT/,
  ],
  ["no metadata", { metadata: { xml: "https://idp.example.com/metadata" } }, /metadata describes no entity/],
  [
    "metadata of a service provider",
    { metadata: { xml: METADATA.replaceAll("IDPSSO", "SPSSO") } },
    /metadata describes no identity provider \(IDPSSODescriptor\)/,
  ],
  ["endless metadata", { metadata: { xml: METADATA.padEnd(1_048_577) } }, /metadata has 1048577 characters/],
  ["nobody who may enter", { readerGroups: [] }, /neither readerGroups nor an adminGroup/],
  ["a group without a name", { readerGroups: ["a", " "] }, /speed\.saml\.readerGroups\[1\] is " "; 1 to 256/],
  ["an admin group without one", { adminGroup: "" }, /speed\.saml\.adminGroup is ""/],
  [
    "an IAM role for a group",
    { readerGroups: ["arn:aws:iam::123456789012:role/analyst"] },
    /readerGroups\[0\] is "arn:.*", an IAM role; those are speed\.readerRoleArns/,
  ],
  ["an attribute without a name", { rolesKey: "" }, /speed\.saml\.rolesKey is ""/],
  ["a subject without one", { subjectKey: "" }, /speed\.saml\.subjectKey is ""/],
  [
    "a session without end",
    { sessionMinutes: 1441 },
    /speed\.saml\.sessionMinutes is 1441; .* from 1 to 1440/,
  ],
];

const CHIEF = { kind: "user", name: "chief", access: "reader" } as const;

describe("settings of an environment", () => {
  test("SAML is off by default, and complete when it is on", () => {
    expect(defineEnvironment("qa.ts", MINIMAL).speed).not.toHaveProperty("saml");
    expect(defineEnvironment("qa.ts", { ...MINIMAL, speed: { saml: SAML } }).speed.saml).toEqual({
      entityId: SAML.entityId,
      metadataXml: METADATA,
      readerGroups: ["analysts"],
      adminGroup: undefined,
      rolesKey: "roles",
      subjectKey: undefined,
      sessionMinutes: 60,
    });
  });

  test("SAML's metadata may lie in a file", () => {
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-"));
    try {
      const file = join(folder, "idp.xml");
      writeFileSync(file, METADATA);
      const given = { ...SAML, adminGroup: "admins", rolesKey: "g", subjectKey: "mail", sessionMinutes: 480 };
      const settings = { ...MINIMAL, speed: { saml: { ...given, metadata: { file } } } };
      const { metadata: _, ...kept } = given;
      expect(defineEnvironment("qa.ts", settings).speed.saml).toEqual({ ...kept, metadataXml: METADATA });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("what a file leaves out has the documented default", () => {
    expect(defineEnvironment("qa.ts", MINIMAL)).toEqual({
      name: "qa",
      protected: false,
      physicalNames: "prefixed",
      logRetentionDays: 30,
      keyDeletionDays: 30,
      stream: { capacity: { mode: "on-demand" }, retentionHours: 24 },
      lake: { rawRetentionDays: 90, noncurrentVersionDays: 30, compression: "gzip", bufferMiB: 64 },
      merge: { everyMinutes: 13, queriesInFlight: 4, scanLimitGiB: 100 },
      athena: { scanLimitGiB: 10 },
      network: { cidr: "10.20.0.0/16", zones: ["a", "b"], nat: false },
      speed: {
        enabled: true,
        instanceType: "t3.small.search",
        volumeGiB: 10,
        availability: { kind: "single-node" },
        shards: 1,
        retentionDays: 365,
        readerRoleArns: [],
        parallelizationFactor: 1,
        administratorRoleArns: [],
        maximumRecordAgeHours: 23,
      },
      bastion: { enabled: false, putRecords: false },
      serving: {
        quickSight: {
          enabled: false,
          principals: [],
          identityRegion: undefined,
          serviceRoleName: "aws-quicksight-service-role-v0",
        },
      },
      operations: {
        alarmSubscriptions: [],
        budget: { usdPerMonth: 100, costOf: "account" },
        alarmAges: { consumerHours: 6, deliveryMinutes: 15, indexingMinutes: 5 },
      },
    });
  });

  test("a value that a file gives is kept, false and the smallest included", () => {
    const overrides = (): void => {};
    const given = {
      name: "q1",
      protection: "disposable",
      physicalNames: "bare",
      logRetentionDays: 1,
      keyDeletionDays: 7,
      stream: { capacity: { mode: "provisioned", shardCount: 1 }, retentionHours: 48 },
      lake: { rawRetentionDays: 4, noncurrentVersionDays: 1, compression: "none", bufferMiB: 1 },
      merge: { everyMinutes: 60, queriesInFlight: 1, scanLimitGiB: 1 },
      athena: { scanLimitGiB: 1 },
      network: { cidr: "172.16.0.0/16", zones: ["b", "c", "f"], nat: true },
      speed: {
        enabled: false,
        instanceType: "r7g.large.search",
        volumeGiB: 11,
        availability: { kind: "standby", nodesPerZone: 2, masterInstanceType: "m7g.large.search" },
        shards: 2,
        retentionDays: 32,
        readerRoleArns: ["arn:aws:iam::123456789012:role/path/analyst"],
        parallelizationFactor: 10,
        administratorRoleArns: ["arn:aws:iam::123456789012:role/path/operator"],
        maximumRecordAgeHours: 1,
      },
      bastion: { enabled: false, putRecords: false },
      serving: {
        quickSight: {
          enabled: true,
          principals: [
            { kind: "user", name: "Admin/chief@example.com", access: "reader" },
            { kind: "group", name: "analysts", access: "author" },
          ],
          identityRegion: "us-east-1",
          serviceRoleName: "quicksight-reads",
        },
      },
      operations: {
        alarmSubscriptions: [
          { protocol: "email", endpoint: "sales-data@example.com" },
          { protocol: "https", endpoint: "https://example.com/alarms?team=sales" },
        ],
        budget: { usdPerMonth: 1, costOf: "environment" },
        alarmAges: { consumerHours: 1, deliveryMinutes: 5, indexingMinutes: 1 },
      },
      overrides,
    } as const satisfies EnvironmentSettings;

    const { protection, ...rest } = given;
    expect(defineEnvironment("q1.ts", given)).toEqual({ ...rest, protected: false });
  });

  const standby = { kind: "standby", nodesPerZone: 1, masterInstanceType: "m6g.large.search" } as const;
  test.each<[string, QuickSightSettings, RegExp]>([
    ["nobody to see it", { enabled: true }, /principals is empty; nobody could see the dashboard/],
    ["a name with a blank", { principals: [{ ...CHIEF, name: "the chief" }] }, /\[0\]\.name is "the chief"/],
    ["an empty name", { principals: [{ ...CHIEF, name: "" }] }, /\[0\]\.name is ""; a name such as/],
    ["somebody twice", { principals: [CHIEF, CHIEF] }, /principals\[1\] is user "chief", as \[0\] already/],
    [
      "too many",
      { principals: Array.from({ length: 65 }, (_, at) => ({ ...CHIEF, name: `user${at}` })) },
      /principals has 65; up to 64/,
    ],
    [
      "a wrong region",
      { identityRegion: "Ireland" },
      /identityRegion is "Ireland"; a region such as eu-west-1/,
    ],
    ["a role with its path", { serviceRoleName: "service-role/x" }, /serviceRoleName is "service-role\/x"/],
  ])("QuickSight with %s is refused", (_, quickSight, message) => {
    expect(() => defineEnvironment("qa.ts", { ...MINIMAL, serving: { quickSight } })).toThrow(message);
  });

  test.each<[string, Partial<EnvironmentSettings>, RegExp]>([
    ["name", { name: "QA" }, /name is "QA"; 2 to 10 lower-case/],
    ["log retention", { logRetentionDays: 31 }, /logRetentionDays is 31; allowed are 1, 3, 5/],
    ["key deletion", { keyDeletionDays: 6 }, /keyDeletionDays is 6; a whole number from 7 to 30/],
    ["stream retention", { stream: { retentionHours: 23 } }, /stream\.retentionHours is 23/],
    ["half an hour", { stream: { retentionHours: 24.5 } }, /stream\.retentionHours is 24\.5/],
    [
      "shards of the stream",
      { stream: { capacity: { mode: "provisioned", shardCount: 0 } } },
      /stream\.capacity\.shardCount is 0/,
    ],
    [
      "raw retention",
      { lake: { rawRetentionDays: 2 } },
      /lake\.rawRetentionDays is 2; a whole number from 3/,
    ],
    [
      "a record older than the stream keeps it",
      { stream: { retentionHours: 48 }, speed: { maximumRecordAgeHours: 48 } },
      /speed\.maximumRecordAgeHours is 48; a whole number below stream\.retentionHours, 48, is allowed/,
    ],
    [
      "an alarm after the records are gone",
      { operations: { alarmAges: { consumerHours: 24 } } },
      /operations\.alarmAges\.consumerHours is 24; a whole number below stream\.retentionHours, 24, is allowed/,
    ],
    [
      "raw retention of a longer stream",
      { stream: { retentionHours: 168 }, lake: { rawRetentionDays: 8 } },
      /lake\.rawRetentionDays is 8; a whole number from 9/,
    ],
    ["old versions", { lake: { noncurrentVersionDays: 0 } }, /lake\.noncurrentVersionDays is 0/],
    ["a buffer", { lake: { bufferMiB: 129 } }, /lake\.bufferMiB is 129; .* from 1 to 128/],
    ["a pace", { merge: { everyMinutes: 4 } }, /merge\.everyMinutes is 4; .* from 5 to 60/],
    ["queries in flight", { merge: { queriesInFlight: 0 } }, /merge\.queriesInFlight is 0; .* from 1 to 20/],
    ["a merge's scan limit", { merge: { scanLimitGiB: 0 } }, /merge\.scanLimitGiB is 0/],
    ["scan limit", { athena: { scanLimitGiB: 0 } }, /athena\.scanLimitGiB is 0/],
    ["range too small", { network: { cidr: "10.20.0.0/24" } }, /network\.cidr is "10\.20\.0\.0\/24"/],
    ["public range", { network: { cidr: "172.32.0.0/16" } }, /network\.cidr is "172\.32\.0\.0\/16"/],
    ["other public range", { network: { cidr: "192.169.0.0/16" } }, /network\.cidr is "192/],
    ["no octet", { network: { cidr: "10.256.0.0/16" } }, /network\.cidr is "10\.256/],
    ["one zone", { network: { zones: ["a"] } }, /network\.zones is \["a"\]; two or three/],
    ["four zones", { network: { zones: ["a", "b", "c", "d"] } }, /network\.zones is/],
    ["a zone twice", { network: { zones: ["a", "a"] } }, /network\.zones is/],
    ["a zone's full name", { network: { zones: ["eu-west-1a", "b"] } }, /network\.zones is/],
    ["instance type", { speed: { instanceType: "t3.small" } }, /speed\.instanceType is "t3\.small"/],
    ["volume", { speed: { volumeGiB: 9 } }, /speed\.volumeGiB is 9/],
    ["shards of an index", { speed: { shards: 0 } }, /speed\.shards is 0/],
    ["retention", { speed: { retentionDays: 31 } }, /speed\.retentionDays is 31; a whole number from 32/],
    [
      "a reader that is no role",
      { speed: { readerRoleArns: ["arn:aws:iam::123456789012:user/jo"] } },
      /speed\.readerRoleArns\[0\] is "arn:aws:iam::123456789012:user\/jo"; arn:aws:iam::<account>:role\/<name>/,
    ],
    ["parallelization", { speed: { parallelizationFactor: 11 } }, /speed\.parallelizationFactor is 11/],
    [
      "standby in two zones",
      { speed: { instanceType: "m6g.large.search", availability: standby } },
      /network\.zones is \["a","b"\]; a domain with standby needs three/,
    ],
    [
      "burstable standby",
      { network: { zones: ["a", "b", "c"] }, speed: { availability: standby } },
      /speed\.instanceType is "t3\.small\.search"; a domain with standby does not support burstable types/,
    ],
    [
      "nodes of a zone",
      { speed: { availability: { ...standby, nodesPerZone: 0 } } },
      /speed\.availability\.nodesPerZone is 0/,
    ],
    [
      "type of the masters",
      { speed: { availability: { ...standby, masterInstanceType: "big" } } },
      /speed\.availability\.masterInstanceType is "big"/,
    ],
    [
      "a protected environment without a layer",
      { protection: "protected", speed: { enabled: false } },
      /speed\.enabled is false in a protected environment; .* set protection to "disposable"/,
    ],
    [
      "a bastion to nowhere",
      { speed: { enabled: false }, bastion: { enabled: true } },
      /bastion\.enabled is true without a speed layer/,
    ],
    [
      "a budget of nothing",
      { operations: { budget: { usdPerMonth: 0 } } },
      /operations\.budget\.usdPerMonth is 0; a whole number from 1 to 1000000/,
    ],
    [
      "no address",
      { operations: { alarmSubscriptions: [{ protocol: "email", endpoint: "sales-data" }] } },
      /operations\.alarmSubscriptions\[0\]\.endpoint is "sales-data"; an address such as/,
    ],
    [
      "an open URL",
      { operations: { alarmSubscriptions: [{ protocol: "https", endpoint: "http://example.com" }] } },
      /operations\.alarmSubscriptions\[0\]\.endpoint is "http:\/\/example\.com"; a URL such as https:/,
    ],
    [
      "the same twice",
      {
        operations: {
          alarmSubscriptions: [
            { protocol: "email", endpoint: "a@example.com" },
            { protocol: "email", endpoint: "a@example.com" },
          ],
        },
      },
      /alarmSubscriptions\[1\]\.endpoint is "a@example\.com", which operations\.alarmSubscriptions\[0\]\.endpoint is already/,
    ],
    [
      "SAML without a layer",
      { speed: { enabled: false, saml: SAML } },
      /speed\.saml is given without a speed layer/,
    ],
    ...SAML_FAULTS.map(([what, change, message]): [string, Partial<EnvironmentSettings>, RegExp] => [
      what,
      { speed: { saml: { ...SAML, ...change } } },
      message,
    ]),
  ])("refused: %s", (_, settings, message) => {
    const define = () => defineEnvironment("environments/qa.ts", { ...MINIMAL, ...settings });

    expect(define).toThrow(EnvironmentSettingsError);
    expect(define).toThrow(message);
    expect(define).toThrow(/^environments\/qa\.ts: /);
  });

  test("every fault of a file is named at once", () => {
    expect(() => defineEnvironment("qa.ts", { ...MINIMAL, name: "", keyDeletionDays: 1 })).toThrow(
      /name is "".*; keyDeletionDays is 1/,
    );
  });

  test.each<[string, unknown, string]>([
    [
      "of the environment",
      { ...MINIMAL, retentiondays: 30 },
      'the environment has no setting "retentiondays"',
    ],
    [
      "of a group",
      { ...MINIMAL, lake: { retentiondays: 30, rawretentionDays: 30 } },
      'lake has no setting "retentiondays", "rawretentionDays"',
    ],
    [
      "of another alternative",
      { ...MINIMAL, stream: { capacity: { mode: "on-demand", shardCount: 2 } } },
      'stream.capacity has no setting "shardCount"',
    ],
    [
      "of a member of a list",
      { ...MINIMAL, serving: { quickSight: { principals: [{ ...CHIEF, acess: "author" }] } } },
      'serving.quickSight.principals[0] has no setting "acess"',
    ],
    [
      "of SAML",
      { ...MINIMAL, speed: { saml: { ...SAML, groups: [] } } },
      'speed.saml has no setting "groups"',
    ],
  ])("an unknown setting %s is refused by its name", (_, settings, message) => {
    const define = () => defineEnvironment("qa.ts", settings as EnvironmentSettings);
    expect(define).toThrow(new EnvironmentSettingsError(`qa.ts: ${message}`));
  });

  test.each<[string, unknown, string]>([
    ["nothing", { name: "qa" }, "protection is undefined; protected or disposable is allowed"],
    [
      "a word for a number",
      { lake: { bufferMiB: "64" } },
      'lake.bufferMiB is "64"; a whole number from 1 to 128',
    ],
    ["no number", { lake: { bufferMiB: Number.NaN } }, "lake.bufferMiB is NaN; a whole number from 1 to 128"],
    ["a word for yes", { network: { nat: "no" } }, 'network.nat is "no"; true or false is allowed'],
    ["another word", { lake: { compression: "zip" } }, 'lake.compression is "zip"; gzip or none is allowed'],
    [
      "another alternative",
      { stream: { capacity: { mode: "elastic" } } },
      'stream.capacity.mode is "elastic"; on-demand or provisioned is allowed',
    ],
    ["a number for a group", { lake: 30 }, "lake is 30; a group of settings is allowed"],
    ["a text for a list", { network: { zones: "ab" } }, 'network.zones is "ab"; a list is allowed'],
    ["two zones in one", { network: { zones: ["", "ab"] } }, 'network.zones is ["","ab"]; two or three'],
    [
      "metadata twice",
      { speed: { saml: { ...SAML, metadata: { file: "idp.xml", xml: METADATA } } } },
      "speed.saml.metadata is neither { file } nor { xml }; one of the two is allowed",
    ],
  ])("refused, whatever the types say: %s", (what, settings, message) => {
    const given = what === "nothing" ? settings : { ...MINIMAL, ...(settings as object) };
    const define = () => defineEnvironment("qa.ts", given as EnvironmentSettings);
    expect(define).toThrow(EnvironmentSettingsError);
    expect(define).toThrow(`qa.ts: ${message}`);
  });

  test("a fault of one setting hides none of several together", () => {
    const saml = { entityId: "idp", metadata: { file: "no-such.xml" } };
    const settings = { ...MINIMAL, name: "", bastion: { enabled: true }, speed: { enabled: false, saml } };
    expect(() => defineEnvironment("qa.ts", settings)).toThrow(
      /name is "".*entityId is "idp".*cannot be read.*neither readerGroups.*speed\.saml is given.*bastion\.enabled is true/,
    );
  });

  test("a bastion is made when it is asked for", () => {
    expect(defineEnvironment("qa.ts", { ...MINIMAL, bastion: { enabled: true } }).bastion).toEqual({
      enabled: true,
      putRecords: false,
    });
  });

  test("a merge looks back for the stream's retention and two hours", () => {
    expect(lookBackHours(24)).toBe(26);
  });

  test("dev is disposable and bare, prod protected, prefixed and survives a zone", () => {
    expect(dev).toMatchObject({ name: "dev", protected: false, physicalNames: "bare" });
    expect(prod).toMatchObject({
      name: "prod",
      protected: true,
      physicalNames: "prefixed",
      speed: { enabled: true, availability: { kind: "standby" } },
    });
  });
});

describe("account and region", () => {
  const FILE = { dev: { accountId: "111111111111", region: "us-east-1" } };

  test("unset, they are the account that nobody has and the default region", () => {
    expect(locate("dev", {}, {})).toEqual({ accountId: UNSET_ACCOUNT_ID, region: DEFAULT_REGION });
  });

  test("a variable wins over the file, the file over the default, each by itself", () => {
    expect(locate("dev", {}, FILE)).toEqual(FILE.dev);
    expect(locate("prod", {}, FILE)).toEqual({ accountId: UNSET_ACCOUNT_ID, region: DEFAULT_REGION });
    expect(locate("dev", { RETAIL_BI_DEV_REGION: "eu-central-1" }, FILE)).toEqual({
      accountId: "111111111111",
      region: "eu-central-1",
    });
    expect(locate("dev", { [variableName("dev", "ACCOUNT_ID")]: "222222222222" }, FILE)).toEqual({
      accountId: "222222222222",
      region: "us-east-1",
    });
  });

  test.each([
    [
      "RETAIL_BI_DEV_ACCOUNT_ID",
      "12345678901",
      /^RETAIL_BI_DEV_ACCOUNT_ID is "12345678901"; .*twelve digits/,
    ],
    ["RETAIL_BI_DEV_ACCOUNT_ID", "", /^RETAIL_BI_DEV_ACCOUNT_ID is ""/],
    ["RETAIL_BI_DEV_REGION", "Ireland", /^RETAIL_BI_DEV_REGION is "Ireland"/],
    ["RETAIL_BI_DEV_REGION", "us-gov-west-1", /RETAIL_BI_DEV_REGION is "us-gov-west-1"; a region of the aws/],
    ["RETAIL_BI_DEV_REGION", "cn-north-1", /RETAIL_BI_DEV_REGION is "cn-north-1"/],
  ])("a malformed %s=%s names itself", (name, value, message) => {
    expect(() => locate("dev", { [name]: value }, {})).toThrow(LocationError);
    expect(() => locate("dev", { [name]: value }, {})).toThrow(message);
  });

  test("a malformed value of the file names the file", () => {
    expect(() => locate("dev", {}, { dev: { accountId: "x" } })).toThrow(
      `${LOCATION_FILE}: dev.accountId is "x"`,
    );
  });

  test.each([
    ["{", /JSON/],
    ["[]", /must be an object such as/],
    ['{"dev": "x"}', /"dev" must be an object/],
    [
      '{"dev": {"account": "1"}}',
      /"dev" has an unknown key "account"; it may have accountId, region, administratorRoleArn/,
    ],
    ['{"dev": {"accountId": 111111111111}}', /"dev\.accountId" is 111111111111; a string is wanted/],
  ])("a file that holds %s is refused with its path", (text, message) => {
    expect(() => parseLocationFile(text, "/x/.retail-bi.json")).toThrow(message);
    expect(() => parseLocationFile(text, "/x/.retail-bi.json")).toThrow(/^\/x\/\.retail-bi\.json: /);
  });

  test("a variable names another file", () => {
    expect(locationFilePath("/project", { RETAIL_BI_LOCATION_FILE: "/else/where.json" })).toBe(
      "/else/where.json",
    );
  });

  test("no file is an empty file; a file is read", () => {
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-"));
    try {
      const path = locationFilePath(folder, {});
      expect(path).toBe(join(folder, LOCATION_FILE));
      expect(readLocationFile(path)).toEqual({});
      writeFileSync(path, JSON.stringify(FILE));
      expect(readLocationFile(path)).toEqual(FILE);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the role of whoever deploys, which bootstrap wrote down", () => {
  const role =
    "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0a1b";
  const file = { dev: { accountId: "111111111111", region: "eu-west-1", administratorRoleArn: role } };

  test("administers the search domain, beside those of the environment", () => {
    const own = "arn:aws:iam::111111111111:role/operators";
    const definition = { ...dev, speed: { ...dev.speed, administratorRoleArns: [own] } };
    const located = locatedEnvironment(definition, {}, file);
    expect(located.speed.administratorRoleArns).toEqual([own, role]);
    expect(located.location).toEqual({ accountId: "111111111111", region: "eu-west-1" });
    const twice = { ...dev, speed: { ...dev.speed, administratorRoleArns: [role] } };
    expect(locatedEnvironment(twice, {}, file).speed.administratorRoleArns).toEqual([role]);
  });

  test("is nobody's in another environment, and without one nothing changes", () => {
    expect(locatedEnvironment(prod, {}, file)).toEqual({ ...prod, location: locate("prod", {}, file) });
    expect(locatedEnvironment(dev, {}, {})).toEqual({ ...dev, location: locate("dev", {}, {}) });
  });

  test("is refused where the environment is in another account", () => {
    const elsewhere = { RETAIL_BI_DEV_ACCOUNT_ID: "222222222222" };
    expect(() => locatedEnvironment(dev, elsewhere, file)).toThrow(LocationError);
    expect(() => locatedEnvironment(dev, elsewhere, file)).toThrow(
      /dev\.administratorRoleArn is "arn:.*"; a role of account 222222222222 is wanted, where dev is/,
    );
    const user = { dev: { ...file.dev, administratorRoleArn: "arn:aws:iam::111111111111:user/jo" } };
    expect(() => locatedEnvironment(dev, {}, user)).toThrow(/a role of account 111111111111 is wanted/);
  });

  test("is refused where workflows deliver, who do not have the file", () => {
    const delivered = { ...dev, delivery: { repository: "shop/retail-bi" } };
    expect(() => locatedEnvironment(delivered, {}, file)).toThrow(
      /workflows deliver dev without this file.*speed\.administratorRoleArns in environments\/dev\.ts/,
    );
  });
});

describe("the documentation of a setting agrees with its schema:", () => {
  const folder = join(__dirname, "..", "..", "environments");
  const source = ["environment.ts", "quick-sight.ts", "saml.ts"]
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
  const file = ts.createSourceFile("settings.ts", source, ts.ScriptTarget.Latest, true);
  const settings: ts.PropertyAssignment[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ts.getJSDocCommentsAndTags(node).length > 0) settings.push(node);
    node.forEachChild(visit);
  };
  visit(file);
  const documented = settings.map((node) => ({
    setting: node.name.getText(),
    doc: ts
      .getJSDocCommentsAndTags(node)
      .map((each) => each.getText())
      .join(),
    schema: node.initializer
      .getText()
      .replace(/(?:\[\.\.\.)?DEFAULTS\.(\w+)\]?/, (_, name: keyof typeof DEFAULTS) =>
        JSON.stringify(DEFAULTS[name]),
      ),
  }));

  /** A default as its documentation writes it. */
  const inWords = (value: string): string => {
    if (value === "[]") return "none";
    const texts = [...value.matchAll(/"(.*?)"/g)].map(([, text]) => text);
    return texts.length > 0 ? texts.join(" and ") : value;
  };
  const number = (text: string): number =>
    Number(
      (/^[\d_]+$/.test(text) ? text : RegExp(`const ${text} = ([\\d_]+);`).exec(source)?.[1])?.replaceAll(
        "_",
        "",
      ),
    );

  const withDefault = documented.flatMap(({ setting, doc, schema }) => {
    const [, value] = /\.default\(\s*([^()]*?),?\s*\)$/.exec(schema) ?? [];
    return value === undefined ? [] : [{ setting, doc, value: inWords(value) }];
  });
  test.each(withDefault)("$setting is $value by default", ({ doc, value }) => {
    expect(/@default (.+?)\s*(?:\*\/|$)/.exec(doc)?.[1]).toBe(value);
  });

  const withRange = documented.flatMap(({ setting, doc, schema }) => {
    const [, min = "", max = ""] = /^wholeNumber\((\w+), (\w+)\)/.exec(schema) ?? [];
    const [range] = /\d+ to \d+/.exec(doc) ?? [];
    return min && range ? [{ setting, range, allowed: `${number(min)} to ${number(max)}` }] : [];
  });
  test.each(withRange)("$setting is $range", ({ range, allowed }) => {
    expect(range).toBe(allowed);
  });

  test("each setting that has a default documents it", () => {
    expect(withDefault.length).toBe([...source.matchAll(/\.default\(/g)].length);
  });
});
