import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { retailTransaction } from "../../contract/retail-transaction";
import { contractVariable } from "../../contract/variable";
import { defaultPanels } from "../../dashboards/default-panels";
import { savedObjects } from "../../dashboards/saved-objects";
import { canonical, flatSettings } from "../../lambdas/search-setup/canonical";
import { searchSetup } from "../../lambdas/search-setup/core";
import { ENVIRONMENT } from "../../lambdas/search-setup/env";
import { InputError, readInput } from "../../lambdas/search-setup/input";
import { createLogger } from "../../lambdas/shared/log";
import type { Search, SearchAnswer, SearchRequest } from "../../lambdas/shared/search-client";
import type { Json } from "../../lib/json";
import { DASHBOARDS_PATH, DashboardsApi } from "../../local/services/opensearch/service";
import { RETAIL_PANELS, RETAIL_TITLE } from "../../presets/retail/panels";
import { lambdaContext, sdkEnvironment, setEnvironment } from "../support/fake-endpoint";
import { indexMapping } from "../support/retail";
import { startSearchDouble } from "../support/search-double";

const WRITER = "arn:aws:iam::000000000000:role/UpsertToES";
const READER = "arn:aws:iam::000000000000:role/analyst";
/** What changes with each write of a policy. */
const VERSIONS = /(?<="(_version|_seq_no|last_updated_time)":)\d+/g;
const INPUT = { part: "indexing", replicas: 0, retentionDays: 90, shards: 1, writerRoleArns: [WRITER] };
const PEOPLE = {
  part: "dashboards",
  readerGroups: [],
  readerRole: "retail_reader",
  readerRoleArns: [],
  title: RETAIL_TITLE,
};

const TEMPLATE = "/_index_template/retail";
const ROLE = "/_plugins/_security/api/roles/firehose_role";
const MAPPING = "/_plugins/_security/api/rolesmapping/firehose_role";
const POLICY = "/_plugins/_ism/policies/retail";
const AUDIT = "/_plugins/_security/api/audit";
const READER_MAPPING = "/_plugins/_security/api/rolesmapping/retail_reader";
const DASHBOARDS_ROLE = "/_plugins/_security/api/roles/opensearch_dashboards_user";
const ROLES_MAPPING = "/_plugins/_security/api/rolesmapping";
const DASHBOARDS_MAPPING = "/_plugins/_security/api/rolesmapping/opensearch_dashboards_user";
const READER_ROLE = "/_plugins/_security/api/roles/retail_reader";
const MAPPINGS = "/retail-*/_mapping";
const SETTINGS = "/_dashboards/api/opensearch-dashboards/settings";
const BULK_GET = "/_dashboards/api/saved_objects/_bulk_get";
const IMPORT = "/_dashboards/api/saved_objects/_resolve_import_errors";
const FIELDS = "fields of retail-*";
const ALL = [
  "lifecycle policy retail",
  "index template retail",
  "audit log",
  "security role firehose_role",
  "role mapping firehose_role",
  FIELDS,
];
const LOOKED_AT = [
  "security role retail_reader",
  "Dashboards settings",
  ...savedObjects(retailTransaction, RETAIL_PANELS, { indexName: "retail", title: RETAIL_TITLE }).map(
    ({ type, id }) => `${type} ${id}`,
  ),
];
/** A domain has its audit log, switched off, from the start. */
const FRESH = {
  created: ALL.filter((what) => what !== "audit log" && what !== FIELDS),
  updated: ["audit log"],
  unchanged: [FIELDS],
  warnings: [],
};
const AUDIT_SETTINGS = { resolve_indices: true, ignore_users: ["kibanaserver"] };

/** A domain that keeps what is put, in the spelling of a real one. */
function makeDomain(
  faults: (request: SearchRequest, n: number) => SearchAnswer | Error | undefined = () => undefined,
  indices: Readonly<Record<string, object>> = {},
) {
  const kept = new Map<string, Json>([
    [AUDIT, { config: { enabled: false, audit: { ...AUDIT_SETTINGS, log_request_body: true } } }],
  ]);
  let writes = 0;
  const puts: { path: string; body: unknown; query?: unknown }[] = [];
  const dashboards = new DashboardsApi();
  let asked = 0;
  const mapping = (role: string) => (body: object) => ({
    [role]: { hosts: [], users: [], and_backend_roles: [], reserved: false, hidden: false, ...body },
  });
  const securityRole = (role: string) => (body: { index_permissions: object[] }) => ({
    [role]: {
      reserved: false,
      hidden: false,
      tenant_permissions: [],
      ...body,
      index_permissions: body.index_permissions.map((one) => ({ ...one, fls: [], masked_fields: [] })),
      static: false,
    },
  });
  const respell: Readonly<Record<string, (body: never) => Json>> = {
    [POLICY]: ({ policy }: { policy: { ism_template: object[] } }) => ({
      _id: "retail",
      _version: writes,
      _seq_no: writes,
      _primary_term: 3,
      policy: {
        policy_id: "retail",
        last_updated_time: 1_000 + writes,
        schema_version: 21,
        error_notification: null,
        user: { name: "x" },
        ...policy,
        ism_template: policy.ism_template.map((one) => ({ ...one, last_updated_time: 1_000 + writes })),
      },
    }),
    [AUDIT]: (config: object) => ({ _readonly: [], config: { ...config } }),
    [TEMPLATE]: (body: { template: { settings: Record<string, unknown> } }) => ({
      index_templates: [
        {
          name: "retail",
          index_template: {
            ...body,
            composed_of: [],
            template: {
              ...body.template,
              settings: {
                index: Object.fromEntries(
                  Object.entries(body.template.settings).map(([key, value]) => [
                    key.replace("index.", ""),
                    String(value),
                  ]),
                ),
              },
            },
          },
        },
      ],
    }),
    [ROLE]: securityRole("firehose_role"),
    [READER_ROLE]: securityRole("retail_reader"),
    [MAPPING]: mapping("firehose_role"),
    [READER_MAPPING]: mapping("retail_reader"),
    [DASHBOARDS_MAPPING]: mapping("opensearch_dashboards_user"),
    [`${ROLES_MAPPING}/all_access`]: mapping("all_access"),
    [`${ROLES_MAPPING}/security_manager`]: mapping("security_manager"),
  };
  const search: Search = async (request) => {
    const fault = faults(request, asked++);
    if (fault instanceof Error) throw fault;
    if (fault) return fault;
    const { method, body, query } = request;
    if (request.path.startsWith(DASHBOARDS_PATH)) {
      const { content, headers } = request;
      return dashboards.answer({
        method,
        path: request.path,
        query: new URLSearchParams(query),
        headers: { ...headers, ...(content && { "content-type": content.type }) },
        body: content?.text ?? JSON.stringify(body) ?? "",
      });
    }
    if (request.path === MAPPINGS) return { status: 200, body: indices };
    const [, index] = /^\/(retail-\d{4}-\d{2})\/_mapping$/.exec(request.path) ?? [];
    if (index !== undefined) {
      puts.push({ path: request.path, body });
      return { status: 200, body: { acknowledged: true } };
    }
    const path = request.path.replace("/audit/config", "/audit");
    if (method === "GET") {
      const found = kept.get(path);
      return found === undefined ? { status: 404, body: {} } : { status: 200, body: found };
    }
    puts.push({ path: request.path, body, ...(query && { query }) });
    writes++;
    const existed = kept.has(path);
    kept.set(path, respell[path]?.(body as never) ?? null);
    return { status: existed ? 200 : 201, body: {} };
  };
  const logged: string[] = [];
  let timeLeftMs = 120_000;
  const ports = {
    search,
    log: createLogger("SearchSetup", (line) => logged.push(line)),
    timeLeftMs: () => timeLeftMs,
    sleep: async (ms: number) => {
      timeLeftMs -= ms;
    },
  };
  return {
    kept,
    puts,
    logged,
    asked: () => asked,
    timeLeftMs: () => timeLeftMs,
    run: async (input: unknown = INPUT) =>
      searchSetup(
        readInput(retailTransaction, input),
        { indexName: "retail", contract: retailTransaction },
        ports,
      ),
  };
}

describe("what is set up", () => {
  test("policy, template, audit log, role and mapping, in this order", async () => {
    const domain = makeDomain();

    const outcome = await domain.run({ ...INPUT, replicas: 2, shards: 3 });

    expect(outcome).toEqual(FRESH);
    expect(domain.puts).toEqual([
      {
        path: POLICY,
        query: {},
        body: {
          policy: {
            description: "Deletes a month of retail 90 days after its first document",
            default_state: "kept",
            states: [
              {
                name: "kept",
                actions: [],
                transitions: [{ state_name: "deleted", conditions: { min_index_age: "90d" } }],
              },
              {
                name: "deleted",
                actions: [{ retry: { count: 3, backoff: "exponential", delay: "1m" }, delete: {} }],
                transitions: [],
              },
            ],
            ism_template: [{ index_patterns: ["retail-*"], priority: 100 }],
          },
        },
      },
      {
        path: TEMPLATE,
        body: {
          index_patterns: ["retail-*"],
          priority: 100,
          template: {
            settings: { "index.number_of_shards": 3, "index.number_of_replicas": 2 },
            mappings: indexMapping(),
          },
        },
      },
      {
        path: `${AUDIT}/config`,
        body: { enabled: true, audit: { ...AUDIT_SETTINGS, log_request_body: false } },
      },
      {
        path: ROLE,
        body: {
          cluster_permissions: ["cluster_composite_ops", "cluster_monitor"],
          index_permissions: [{ index_patterns: ["retail*"], allowed_actions: ["crud", "create_index"] }],
        },
      },
      { path: MAPPING, body: { backend_roles: [WRITER] } },
    ]);
    expect(domain.logged.map((line) => JSON.parse(line).message)).toEqual(
      ALL.filter((what) => what !== FIELDS).map(
        (what) => `${what}: ${what === "audit log" ? "updated" : "created"}`,
      ),
    );
  });

  test("for people: the readers' role, and Dashboards; nothing of what indexing needs", async () => {
    const domain = makeDomain();

    const outcome = await domain.run({ ...PEOPLE, panels: RETAIL_PANELS });

    expect(outcome).toEqual({ created: LOOKED_AT, updated: [], unchanged: [], warnings: [] });
    expect(domain.puts).toEqual([
      {
        path: READER_ROLE,
        body: {
          cluster_permissions: ["cluster_composite_ops_ro", "cluster_monitor"],
          index_permissions: [{ index_patterns: ["retail*"], allowed_actions: ["read", "indices_monitor"] }],
          tenant_permissions: [{ tenant_patterns: ["global_tenant"], allowed_actions: ["kibana_all_read"] }],
        },
      },
    ]);
  });

  test.each([
    ["of a domain of AWS", "opensearch_dashboards_user"],
    ["of the engine", "kibana_user"],
  ])("people have their own role and the Dashboards user role %s", async (_, dashboardsUser) => {
    const domain = makeDomain();
    const path = `/_plugins/_security/api/roles/${dashboardsUser}`;
    domain.kept.set(path, { [dashboardsUser]: { static: true } });

    const { created } = await domain.run({ ...PEOPLE, readerRoleArns: [READER] });

    expect(created.filter((what) => what.startsWith("role mapping"))).toEqual([
      "role mapping retail_reader",
      `role mapping ${dashboardsUser}`,
    ]);
    expect(domain.puts.filter(({ path }) => path.includes("rolesmapping"))).toEqual(
      ["retail_reader", dashboardsUser].map((role) => ({
        path: `/_plugins/_security/api/rolesmapping/${role}`,
        body: { backend_roles: [READER] },
      })),
    );
  });

  test("groups of the identity provider are backend roles like those of IAM, beside what an operator mapped", async () => {
    const domain = makeDomain();
    domain.kept.set(DASHBOARDS_ROLE, { opensearch_dashboards_user: { static: true } });
    const path = "/_plugins/_security/api/rolesmapping/retail_reader";
    domain.kept.set(path, { retail_reader: { backend_roles: ["by hand"], users: ["jo"] } });

    await domain.run({ ...PEOPLE, readerRoleArns: [READER], readerGroups: ["Sales Analysts"] });

    expect(domain.puts.filter((put) => put.path.includes("rolesmapping"))).toEqual([
      { path, body: { backend_roles: ["by hand", READER, "Sales Analysts"], users: ["jo"] } },
      {
        path: "/_plugins/_security/api/rolesmapping/opensearch_dashboards_user",
        body: { backend_roles: [READER, "Sales Analysts"] },
      },
    ]);
  });

  test("a domain without a Dashboards user role is an error that names it", async () => {
    await expect(makeDomain().run({ ...PEOPLE, readerRoleArns: [READER] })).rejects.toThrow(
      "the domain has no security role opensearch_dashboards_user or kibana_user",
    );
  });

  test.each([
    ["of AWS", ["all_access", "security_manager"]],
    ["of the engine itself", ["all_access"]],
  ])(
    "administrators have the roles of the master user in a domain %s, beside those who have them",
    async (_, roles) => {
      const domain = makeDomain();
      for (const role of roles) {
        domain.kept.set(`/_plugins/_security/api/roles/${role}`, { [role]: { static: true } });
        domain.kept.set(`${ROLES_MAPPING}/${role}`, { [role]: { backend_roles: ["master"] } });
      }

      await domain.run({ ...PEOPLE, administratorRoleArns: [READER] });

      const administrators = domain.puts.filter(({ path }) =>
        /rolesmapping\/(all_access|security_manager)/.test(path),
      );
      expect(administrators).toEqual(
        roles.map((role) => ({
          path: `${ROLES_MAPPING}/${role}`,
          body: { backend_roles: ["master", READER] },
        })),
      );
      domain.puts.length = 0;
      expect(await domain.run({ ...PEOPLE, administratorRoleArns: [READER] })).toMatchObject({ updated: [] });
      expect(domain.puts).toEqual([]);
    },
  );

  test("administrators of a domain that has no such role are an error that names it", async () => {
    await expect(makeDomain().run({ ...PEOPLE, administratorRoleArns: [READER] })).rejects.toThrow(
      "the domain has no security role all_access",
    );
  });

  test("a policy that is there is replaced by naming the version that was seen", async () => {
    const domain = makeDomain();
    await domain.run();
    domain.puts.length = 0;

    await domain.run({ ...INPUT, retentionDays: 91 });

    expect(domain.puts).toMatchObject([{ path: POLICY, query: { if_seq_no: "1", if_primary_term: "3" } }]);
  });

  test("nothing, the second time", async () => {
    const domain = makeDomain();
    await domain.run();
    domain.puts.length = 0;

    expect(await domain.run()).toEqual({ created: [], updated: [], unchanged: ALL, warnings: [] });
    expect(domain.puts).toEqual([]);

    domain.kept.set(DASHBOARDS_ROLE, { opensearch_dashboards_user: { static: true } });
    const input = { ...PEOPLE, readerRoleArns: [READER] };
    await domain.run(input);
    expect(await domain.run(input)).toMatchObject({ created: [], updated: [] });
  });

  test.each([
    [{ retentionDays: 91 }, "lifecycle policy retail"],
    [{ replicas: 1 }, "index template retail"],
    [{ shards: 2 }, "index template retail"],
    [{ writerRoleArns: [WRITER, `${WRITER}2`] }, "role mapping firehose_role"],
  ])("after a change to %j, only %s", async (change, what) => {
    const domain = makeDomain();
    await domain.run();

    expect(await domain.run({ ...INPUT, ...change })).toEqual({
      created: [],
      updated: [what],
      unchanged: ALL.filter((other) => other !== what),
      warnings: [],
    });
  });

  test.each([
    ["a field's type", (text: string) => text.replace('"type":"integer"', '"type":"long"'), TEMPLATE, 1],
    ["the index pattern", (text: string) => text.replace("retail-*", "retail*"), TEMPLATE, 1],
    [
      "a further setting",
      (text: string) =>
        text.replace('"number_of_replicas"', '"codec":"best_compression","number_of_replicas"'),
      TEMPLATE,
      1,
    ],
    ["the age of the policy", (text: string) => text.replace('"90d"', '"9d"'), POLICY, 0],
    [
      "an audit log that is off",
      (text: string) => text.replace('"enabled":true', '"enabled":false'),
      AUDIT,
      2,
    ],
    ["a further permission", (text: string) => text.replace('"crud"', '"crud","manage"'), ROLE, 3],
    ["a taken permission", (text: string) => text.replace('"cluster_monitor"', '"cluster_all"'), ROLE, 3],
  ])("what was changed behind its back: %s", async (_, change, path, at) => {
    const domain = makeDomain();
    await domain.run();
    const before = JSON.stringify(domain.kept.get(path));
    expect(change(before)).not.toBe(before);
    domain.kept.set(path, JSON.parse(change(before)));

    expect((await domain.run()).updated).toEqual([ALL[at]]);
    const now = JSON.stringify(domain.kept.get(path)).replace(VERSIONS, "0");
    expect(canonical(JSON.parse(now))).toBe(canonical(JSON.parse(before.replace(VERSIONS, "0"))));
  });

  test("a mapping keeps whom it has: roles, users, hosts and its description", async () => {
    const domain = makeDomain();
    const others = {
      backend_roles: ["arn:aws:iam::1:role/other"],
      hosts: ["h"],
      users: ["u"],
      and_backend_roles: ["a"],
      description: "by hand",
    };
    domain.kept.set(MAPPING, { firehose_role: { ...others, reserved: false, hidden: false } });

    expect((await domain.run()).updated).toEqual(["audit log", "role mapping firehose_role"]);
    expect(domain.puts.at(-1)).toEqual({
      path: MAPPING,
      body: { ...others, backend_roles: ["arn:aws:iam::1:role/other", WRITER] },
    });
    expect((await domain.run({ ...INPUT, writerRoleArns: [`${WRITER}2`] })).updated).toEqual([
      "role mapping firehose_role",
    ]);
    expect(domain.puts.at(-1)?.body).toMatchObject({
      backend_roles: ["arn:aws:iam::1:role/other", WRITER, `${WRITER}2`],
    });
  });
});

describe("indices that exist", () => {
  const { properties } = indexMapping();
  const { Country, Description, InvoiceDate, Quantity, ...others } = properties;
  const index = (own: object) => ({ mappings: { dynamic: "false", properties: { ...others, ...own } } });
  const run = async (indices: Readonly<Record<string, object>>, fault?: SearchAnswer) => {
    const domain = makeDomain(
      ({ method, path }) => (method === "PUT" && path.endsWith("/_mapping") ? fault : undefined),
      indices,
    );
    const { updated, unchanged, warnings } = await domain.run();
    const puts = domain.puts.filter(({ path }) => path.endsWith("/_mapping"));
    const warned = domain.logged.map((line) => JSON.parse(line)).filter(({ level }) => level === "WARN");
    expect(warned.map(({ message }) => message)).toEqual(warnings);
    return { isUpdated: updated.includes(FIELDS), isUnchanged: unchanged.includes(FIELDS), warnings, puts };
  };
  const whole = { Country, Description, InvoiceDate, Quantity };

  test("get the fields that they have not, each index its own", async () => {
    const { Description: _, ...noDescription } = whole;
    const { Country: __, ...noCountry } = whole;
    const found = await run({
      "retail-2026-09": index(whole),
      "retail-2026-10": index(noDescription),
      "retail-2026-11": index({ ...noCountry, Description: { type: "text" } }),
    });
    expect(found).toEqual({
      isUpdated: true,
      isUnchanged: false,
      warnings: [],
      puts: [
        { path: "/retail-2026-10/_mapping", body: { properties: { Description } } },
        { path: "/retail-2026-11/_mapping", body: { properties: { Description, Country } } },
      ],
    });
  });

  test("are left alone when they have all, in the engine's spelling", async () => {
    const spelled = { ...whole, Country: { ignore_above: "8191", type: "keyword" }, other: { type: "long" } };
    expect(await run({ "retail-2026-10": index(spelled) })).toEqual({
      isUpdated: false,
      isUnchanged: true,
      warnings: [],
      puts: [],
    });
  });

  test("that have a field of another type keep it, and the deploy goes on with a warning", async () => {
    const { Country: _, ...noCountry } = whole;
    const changed = {
      ...noCountry,
      InvoiceDate: { type: "date", format: "yyyy-MM-dd" },
      Quantity: { type: "double" },
      Description: { type: "text", fields: { keyword: { type: "long" } } },
    };
    const stays = "it stays, and lines that do not fit it go to quarantine";
    expect(await run({ "retail-2026-10": index(changed) })).toEqual({
      isUpdated: true,
      isUnchanged: false,
      warnings: [
        `index retail-2026-10: field Description.keyword is {"type":"long"}, and the contract's is {"type":"keyword","ignore_above":8191}: ${stays}`,
        `index retail-2026-10: field Quantity is {"type":"double"}, and the contract's is {"type":"integer"}: ${stays}`,
        `index retail-2026-10: field InvoiceDate is {"type":"date","format":"yyyy-MM-dd"}, and the contract's is {"type":"date","format":"yyyy-MM-dd HH:mm:ss"}: ${stays}`,
      ],
      puts: [{ path: "/retail-2026-10/_mapping", body: { properties: { Country } } }],
    });
  });

  test("get no subfield below a field of another type, which the engine would refuse", async () => {
    const found = await run({ "retail-2026-10": index({ ...whole, Description: { type: "keyword" } }) });
    expect(found).toMatchObject({
      isUnchanged: true,
      puts: [],
      warnings: [expect.stringMatching(/field Description is/)],
    });
  });

  test.each([
    ["read-only", 403, { error: { type: "cluster_block_exception", reason: "blocked" } }],
    [
      "full of fields",
      400,
      { error: { type: "illegal_argument_exception", reason: "Limit of total fields" } },
    ],
  ])("that are %s are a warning too, not waited for", async (_, status, body) => {
    const { Country: __, ...noCountry } = whole;
    const found = await run({ "retail-2026-10": index(noCountry) }, { status, body });
    expect(found).toMatchObject({
      isUnchanged: true,
      warnings: [
        `index retail-2026-10: the fields Country cannot be added, and are not searchable there: ${status} ${JSON.stringify(body)}`,
      ],
    });
  });

  test("whose mappings cannot be read are an error", async () => {
    const domain = makeDomain(({ path }) => (path === MAPPINGS ? { status: 400, body: "odd" } : undefined));
    await expect(domain.run()).rejects.toThrow("the mappings of retail-* cannot be read: 400 odd");
  });
});

describe("a domain that is not ready", () => {
  test.each<[string, SearchAnswer | Error]>([
    ["no connection", new Error("connect ETIMEDOUT")],
    ["503", { status: 503, body: "OpenSearch Security not initialized." }],
    ["429", { status: 429, body: "" }],
    ["403", { status: 403, body: { error: { type: "security_exception" } } }],
    ["401", { status: 401, body: "Unauthorized" }],
  ])("is waited for: %s", async (_, answer) => {
    const domain = makeDomain((__, n) => (n < 5 ? answer : undefined));

    expect(await domain.run()).toEqual(FRESH);
    expect(domain.timeLeftMs()).toBe(120_000 - 5 * 3_000);
  });

  test.each<[SearchAnswer | Error, RegExp]>([
    [
      new Error("connect ETIMEDOUT"),
      /GET \/_plugins\/_ism\/policies\/retail: no answer \(Error: connect ETIMEDOUT\); is the domain active/,
    ],
    [{ status: 403, body: "no" }, /403 no; this function's execution role must be the domain's master user/],
    [{ status: 503, body: "x".repeat(2_000) }, /503 x{500}…$/],
  ])("ends before Lambda ends the invocation, with the reason", async (answer, reason) => {
    const domain = makeDomain(() => answer);

    await expect(domain.run()).rejects.toThrow(reason);
    expect(domain.timeLeftMs()).toBeGreaterThanOrEqual(15_000);
    expect(domain.asked()).toBeGreaterThan(20);
  });

  test.each([
    ["GET", 'lifecycle policy retail cannot be read: 400 {"error":"odd"}'],
    ["PUT", 'lifecycle policy retail cannot be written: 400 {"error":"odd"}'],
  ])("a refused %s is an error at once", async (method, message) => {
    const domain = makeDomain((request) =>
      request.method === method ? { status: 400, body: { error: "odd" } } : undefined,
    );

    await expect(domain.run()).rejects.toThrow(message);
    expect(domain.asked()).toBe(method === "GET" ? 1 : 2);
  });

  const PAGE = "<!DOCTYPE html>\n<html>\n  <title>Sign in</title>";
  test.each<[string, object, string, string]>([
    ["GET", INPUT, POLICY, `GET ${POLICY}`],
    ["PUT", INPUT, POLICY, "lifecycle policy retail cannot be written"],
    ["GET", INPUT, MAPPINGS, `GET ${MAPPINGS}`],
    ["PUT", INPUT, "/retail-2026-10/_mapping", "index retail-2026-10: the fields Country cannot be added"],
    ["GET", { ...PEOPLE, readerRoleArns: [READER] }, DASHBOARDS_ROLE, `GET ${DASHBOARDS_ROLE}`],
    ["GET", PEOPLE, SETTINGS, `GET ${SETTINGS}`],
    ["POST", PEOPLE, SETTINGS, `POST ${SETTINGS}`],
    ["POST", PEOPLE, BULK_GET, `POST ${BULK_GET}`],
    ["POST", PEOPLE, IMPORT, `POST ${IMPORT}`],
  ])("a page of HTML, though its status is 200, is an error with its beginning: %s %j %s", async (...row) => {
    const [method, input, path, failure] = row;
    const { Country: _, ...noCountry } = indexMapping().properties;
    const domain = makeDomain(
      (request) =>
        request.method === method && request.path === path ? { status: 200, body: PAGE } : undefined,
      { "retail-2026-10": { mappings: { properties: noCountry } } },
    );

    await expect(domain.run(input)).rejects.toThrow(
      `${failure}: 200 <!DOCTYPE html> <html> <title>Sign in</title> (a JSON object is wanted)`,
    );
    expect(domain.timeLeftMs()).toBe(120_000);
  });

  test("a write that the cluster has not acknowledged is an error", async () => {
    const domain = makeDomain(({ method, path }) =>
      method === "PUT" && path === TEMPLATE ? { status: 200, body: { acknowledged: false } } : undefined,
    );

    await expect(domain.run()).rejects.toThrow(
      'index template retail cannot be written: 200 {"acknowledged":false}',
    );
  });

  test("Dashboards that start later are waited for; that never start end the second part alone", async () => {
    const starting = { status: 503, body: "OpenSearch Dashboards server is not ready yet" };
    const later = makeDomain(({ path }, n) =>
      path.startsWith(DASHBOARDS_PATH) && n < 5 ? starting : undefined,
    );
    expect((await later.run({ ...PEOPLE, panels: RETAIL_PANELS })).created).toEqual(LOOKED_AT);

    const never = makeDomain(({ path }) => (path.startsWith(DASHBOARDS_PATH) ? starting : undefined));
    expect(await never.run(INPUT)).toEqual(FRESH);
    await expect(never.run(PEOPLE)).rejects.toThrow(
      `GET ${SETTINGS}: 503 OpenSearch Dashboards server is not`,
    );
    // Readers search the indices all the same.
    expect(never.kept.has(READER_ROLE)).toBe(true);
  });
});

describe("the input", () => {
  test("is what the deploy passes", () => {
    const read = (input: unknown) => readInput(retailTransaction, input);
    const others = { administratorRoleArns: [], smoke: {}, panels: defaultPanels(retailTransaction) };
    expect(read(INPUT)).toEqual(INPUT);
    expect(read(PEOPLE)).toEqual({ ...PEOPLE, ...others });
    const given = {
      ...PEOPLE,
      administratorRoleArns: [READER],
      panels: JSON.parse(JSON.stringify(RETAIL_PANELS)),
      smoke: { Quantity: 0 },
    };
    expect(read(given)).toEqual(given);
    // What was read can be given again.
    expect(read(read(PEOPLE))).toEqual({ ...PEOPLE, ...others });
    const elsewhere = { ...INPUT, writerRoleArns: ["arn:aws-cn:iam::123456789012:role/path/name"] };
    expect(read(elsewhere)).toEqual(elsewhere);
  });

  test.each<[unknown, RegExp]>([
    [null, /The input is null; a JSON object is wanted/],
    [[], /The input is \[\]/],
    ["{}", /a JSON object is wanted/],
    [{}, /part is undefined; "indexing" or "dashboards" is wanted/],
    [{ ...INPUT, part: "both" }, /part is "both"; "indexing" or "dashboards" is wanted/],
    [{ ...PEOPLE, readerGroups: ["a", ""] }, /readerGroups is \["a",""\]; a list of names is wanted/],
    [{ ...PEOPLE, readerGroups: [7] }, /readerGroups is \[7\]/],
    [{ ...PEOPLE, readerRoleArns: [WRITER, "x"] }, /readerRoleArns names "x"/],
    [{ ...PEOPLE, administratorRoleArns: ["arn:aws:iam::1:user/x"] }, /administratorRoleArns names "arn:/],
    [{ ...INPUT, retentionDays: 31 }, /retentionDays is 31; a whole number from 32 to 36500 is wanted/],
    [{ ...INPUT, replicas: -1 }, /replicas is -1; a whole number from 0 to 10 is wanted/],
    [{ ...INPUT, replicas: "1" }, /replicas is "1"/],
    [{ ...INPUT, shards: 0 }, /shards is 0; a whole number from 1 to 100/],
    [{ ...INPUT, shards: 1.5 }, /shards is 1.5/],
    [{ ...INPUT, writerRoleArns: [] }, /writerRoleArns is \[\]; a list of role ARNs is wanted/],
    [{ ...INPUT, writerRoleArns: "x" }, /writerRoleArns is "x"/],
    [
      { ...INPUT, writerRoleArns: [7] },
      /writerRoleArns names 7; arn:aws:iam::<account>:role\/<name> is wanted/,
    ],
    [{ ...INPUT, writerRoleArns: ["arn:aws:iam::1:user/x"] }, /names "arn:aws:iam::1:user\/x"/],
    [{ ...INPUT, replica: 1 }, /"replica" is not known/],
    [{ ...INPUT, title: RETAIL_TITLE }, /"title" is not known/],
    [{ ...PEOPLE, shards: 1 }, /"shards" is not known/],
    [{ ...PEOPLE, readerRole: "a/b" }, /readerRole is "a\/b"; letters, digits, underscores and dashes/],
    [{ ...PEOPLE, readerRole: "firehose_role" }, /readerRole is firehose_role, the role of the writers/],
    [{ ...PEOPLE, title: " " }, /title is " "; a text is wanted/],
    [{ ...PEOPLE, smoke: { Qantity: 0 } }, /smoke is {"Qantity":0}; values of the contract's columns/],
    [{ ...PEOPLE, smoke: { Quantity: [0] } }, /smoke is {"Quantity":\[0\]}/],
    [{ ...PEOPLE, smoke: [] }, /smoke is \[\]/],
    [{ ...PEOPLE, panels: [] }, /a list of 1 to 30 panels is wanted, not \[\]/],
    [{ ...PEOPLE, panels: [{ id: "x" }], title: "" }, /panel "x": title is missing.*title is ""/],
    [
      { part: "indexing" },
      /replicas is undefined.*retentionDays is undefined.*shards is undefined.*writerRoleArns is undefined/,
    ],
    [
      { part: "dashboards" },
      /readerGroups is undefined.*readerRole is undefined.*readerRoleArns is undefined.*title is undefined/,
    ],
  ])("%j is refused", (input, message) => {
    expect(() => readInput(retailTransaction, input)).toThrow(InputError);
    expect(() => readInput(retailTransaction, input)).toThrow(message);
  });

  test("is read before the domain is asked", async () => {
    const domain = makeDomain();

    await expect(domain.run({})).rejects.toThrow(InputError);
    expect(domain.asked()).toBe(0);
  });
});

describe("comparison by meaning", () => {
  const json = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.oneof(fc.string(), fc.integer(), fc.boolean()),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.string({ minLength: 1 }), tie("value"), { maxKeys: 3 }),
    ),
  })).value;

  test("does not see the order of keys and lists, text for numbers, or what is empty", () => {
    const respelled = (value: Json): Json => {
      if (value === null) return value;
      if (Array.isArray(value)) return value.map(respelled).reverse();
      if (typeof value !== "object") return String(value);
      return Object.fromEntries([
        ...Object.entries(value)
          .map(([key, inner]) => [key, respelled(inner)] as const)
          .reverse(),
        ["_empty", []],
        ["_none", null],
      ]);
    };
    fc.assert(fc.property(json, (value) => expect(canonical(respelled(value))).toBe(canonical(value))));
  });

  test("sees another value anywhere", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string(), { minKeys: 1 }), fc.string(), (object, other) => {
        const [key = "", value = ""] = Object.entries(object)[0] ?? [];
        fc.pre(value !== other);
        expect(canonical({ in: [{ ...object, [key]: other }] })).not.toBe(canonical({ in: [object] }));
      }),
    );
  });

  test("settings are the same flat, nested, with and without their prefix", () => {
    const flat = { "index.number_of_shards": 1, "index.mapping.depth.limit": 3 };
    expect(flatSettings(flat)).toEqual(flat);
    expect(flatSettings({ number_of_shards: 1, "mapping.depth.limit": 3 })).toEqual(flat);
    expect(flatSettings({ index: { number_of_shards: 1, mapping: { depth: { limit: 3 } } } })).toEqual(flat);
  });
});

test("the handler sets up the domain that its environment names", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "setup-"));
  const double = await startSearchDouble({ dataDir });
  const restore = setEnvironment({
    ...sdkEnvironment("http://127.0.0.1:1"),
    ES_HOST: double.url,
    ES_INDEX: "retail",
    REGION_NAME: "eu-west-1",
    CONTRACT: contractVariable(retailTransaction),
  });
  const output = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const { handler } = jest.requireActual<typeof import("../../lambdas/search-setup/handler")>(
      "../../lambdas/search-setup/handler",
    );

    expect(Object.keys(ENVIRONMENT)).toEqual(["ES_HOST", "ES_INDEX", "REGION_NAME", "CONTRACT"]);
    const people = { ...PEOPLE, panels: RETAIL_PANELS };
    const run = (input: object) => handler(input, lambdaContext("SearchSetup"));
    const nothing = { created: [], updated: [], unchanged: [], warnings: [] };
    expect(await run(INPUT)).toEqual(FRESH);
    expect(await run(people)).toEqual({ ...nothing, created: LOOKED_AT });
    expect(await run(INPUT)).toEqual({ ...nothing, unchanged: ALL });
    expect(await run(people)).toEqual({ ...nothing, unchanged: LOOKED_AT });
  } finally {
    output.mockRestore();
    restore();
    await double.close();
    rmSync(dataDir, { recursive: true });
  }
});

test("the handler waits for a domain that starts later", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "setup-"));
  let refusals = 1;
  const double = await startSearchDouble({
    dataDir,
    interceptor: { onRequest: () => (refusals-- > 0 ? "break the connection" : undefined) },
  });
  const restore = setEnvironment({
    ...sdkEnvironment("http://127.0.0.1:1"),
    ES_HOST: double.url,
    ES_INDEX: "retail",
    REGION_NAME: "eu-west-1",
    CONTRACT: contractVariable(retailTransaction),
  });
  const output = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await jest.isolateModulesAsync(async () => {
      const { handler } = jest.requireActual<typeof import("../../lambdas/search-setup/handler")>(
        "../../lambdas/search-setup/handler",
      );
      expect(await handler(INPUT, lambdaContext("SearchSetup"))).toEqual(FRESH);
    });
    expect(refusals).toBeLessThan(0);
  } finally {
    output.mockRestore();
    restore();
    await double.close();
    rmSync(dataDir, { recursive: true });
  }
});
