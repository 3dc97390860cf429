import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../../benchmarks/support/eventually";
import type { SearchSetupInput } from "../../../lambdas/search-setup/input";
import { credentialsOf } from "../../../local/services/credentials";
import { line, type ObservedRun, upsertToEs } from "../../support/observed-run";
import { at } from "../../support/search-contract/contract";
import { sendPlain, type World } from "./world";

const LINES = 300;
const PATIENCE_MS = 120_000;

/** Permissions before and after the set-up; the last test leaves a domain that is set up. */
export function access(world: () => World, say: (line: string) => void): void {
  let run: ObservedRun;

  beforeAll(async () => {
    await world().forget();
    run = await world().start();
  });

  afterAll(() => run.close());

  /** A bulk request of one document. */
  const bulk = (index: string): string => `{"index":{"_index":"${index}","_id":"x"}}\n{"Country":"France"}\n`;

  /** Invokes the deploy's function. */
  const setUp = (input: SearchSetupInput): Promise<unknown> => {
    const [invocation] = world().plane.invocations;
    return run.run.functions.invoke(invocation?.functionArn ?? "", input);
  };

  function log(): string {
    return readFileSync(join(run.folder, "logs", `${upsertToEs(world().plane).name}.log`), "utf8");
  }

  /** Waits until the function has been refused again. */
  async function refusedAgain(): Promise<void> {
    const before = run.metric("refusals");
    await eventually(() => expect(run.metric("refusals")).toBeGreaterThan(before), PATIENCE_MS);
  }

  test("before set-up UpsertToES is refused, says which role mapping is missing, and the records wait", async () => {
    await run.send(LINES);
    await refusedAgain();

    expect(await world().ask(world().writer, "POST", "/_bulk", bulk("retail-2026-11"))).toMatchObject({
      status: 403,
      body: {
        error: { type: "security_exception", reason: expect.stringContaining("indices:data/write/bulk") },
      },
    });
    expect(run.mapping).toMatchObject({ recordsAcknowledged: 0, discarded: [] });
    expect(run.metric("quarantined")).toBe(0);
    // The log is written after the metrics.
    await eventually(
      () => expect(log()).toContain("map this function's execution role to the security role firehose_role"),
      PATIENCE_MS,
    );
  });

  test("refused items inside a 200 wait as well, none is quarantined", async () => {
    const role = {
      cluster_permissions: ["cluster_composite_ops"],
      index_permissions: [{ index_patterns: ["elsewhere*"], allowed_actions: ["crud", "create_index"] }],
    };
    const security = "/_plugins/_security/api";
    await world().ask(world().master, "PUT", `${security}/roles/firehose_role`, role);
    await world().ask(world().master, "PUT", `${security}/rolesmapping/firehose_role`, {
      backend_roles: [world().writer],
    });

    await eventually(async () => {
      const { status, body } = await world().ask(world().writer, "POST", "/_bulk", bulk("retail-2026-11"));
      expect([status, at(body, "errors"), at(body, "items", "0", "index", "status")]).toEqual([
        200,
        true,
        403,
      ]);
    }, PATIENCE_MS);
    await refusedAgain();

    expect(run.mapping).toMatchObject({ recordsAcknowledged: 0, discarded: [] });
    expect(run.metric("quarantined")).toBe(0);
    say(`refused ${run.metric("refusals")} times before set-up; acknowledged 0, quarantined 0`);
  });

  test("after set-up it writes what has waited", async () => {
    const outcomes = [];
    for (const input of world().inputs) outcomes.push(await setUp(input));
    const found = await run.settled();

    say(`set-up: ${JSON.stringify(outcomes)}`);
    expect(outcomes).toMatchObject([
      { updated: expect.arrayContaining(["security role firehose_role"]) },
      { created: expect.arrayContaining(["security role retail_reader"]) },
    ]);
    expect(found).toMatchObject({
      agree: true,
      acknowledged: LINES,
      quarantined: 0,
      counts: { raw: LINES, parquet: LINES, indexed: LINES },
    });
    expect(run.mapping).toMatchObject({ recordsAcknowledged: LINES, discarded: [] });
  });

  test.each([
    ["cannot delete an index", "DELETE", "/retail-2010-01", undefined],
    ["cannot close one", "POST", "/retail-2010-01/_close", undefined],
    ["cannot read another index", "GET", "/other/_search", undefined],
    ["cannot see who may do what", "GET", "/_plugins/_security/api/roles", undefined],
    ["cannot give itself a role", "PUT", "/_plugins/_security/api/rolesmapping/all_access", { users: ["x"] }],
    ["cannot change the lifecycle", "DELETE", "/_plugins/_ism/policies/retail", undefined],
  ])("the writer %s", async (_, method, path, body) => {
    await world().ask(world().master, "PUT", "/retail-2010-01", {});
    await world().ask(world().master, "PUT", "/other", {});

    expect(await world().ask(world().writer, method, path, body)).toMatchObject({ status: 403 });
  });

  test("the writer writes into its own indices, makes a month's, and writes into no other", async () => {
    const item = async (index: string): Promise<unknown> => {
      const { body } = await world().ask(world().writer, "POST", "/_bulk", bulk(index));
      return at(body, "items", "0", "index", "status");
    };

    expect(await item("retail-2031-01")).toBe(201);
    expect(await item("other")).toBe(403);
    expect(await item("another-that-is-not-there")).toBe(403);
    await world().ask(world().master, "DELETE", "/other,retail-2031-01,retail-2010-01");
  });

  test("the reader searches and counts, and changes nothing", async () => {
    const as = (method: string, path: string, body?: object | string) =>
      world().ask(world().reader, method, path, body);

    expect(await as("GET", "/retail-*/_count")).toMatchObject({ status: 200, body: { count: LINES } });
    expect(await as("POST", "/retail-*/_search", { size: 1 })).toMatchObject({ status: 200 });
    expect(await as("GET", "/retail-*/_field_caps?fields=*")).toMatchObject({ status: 200 });
    const { body: answer } = await as("POST", "/_bulk", bulk("retail-2026-11"));
    expect(at(answer, "items", "0", "index", "status")).toBe(403);
    expect(await as("PUT", "/retail-2026-11/_doc/x", { Country: "France" })).toMatchObject({ status: 403 });
    expect(await as("DELETE", "/retail-*")).toMatchObject({ status: 403 });
    const { body } = await as("GET", "/_plugins/_security/authinfo");
    expect(body).toMatchObject({
      backend_roles: [world().reader],
      roles: expect.arrayContaining(["retail_reader", "kibana_user"]),
      // Everyone's dashboards: may be read, not changed.
      tenants: { global_tenant: false },
    });
  });

  test("whom nobody has given anything gets nothing", async () => {
    expect(await world().ask(world().stranger, "GET", "/retail-*/_count")).toMatchObject({ status: 403 });
  });

  test("what is not signed, or wrongly, is refused; who one is cannot be said by a header", async () => {
    const { url, master, writer, plane } = world();
    const claims = { "x-forwarded-for": "127.0.0.1", "x-proxy-user": master, "x-proxy-roles": master };

    expect(await sendPlain(`${url}/retail-*/_count`, {})).toMatchObject({
      status: 403,
      body: expect.stringContaining("Missing Authentication Token"),
    });
    expect(await sendPlain(`${url}/retail-*/_count`, claims)).toMatchObject({ status: 403 });
    // The engine itself does not trust this machine's usual address.
    expect(await sendPlain(`${world().real.engine.url}/retail-*/_count`, claims)).toMatchObject({
      status: 401,
    });
    const { secretAccessKey } = credentialsOf(master);
    const forged = world().signing({ accessKeyId: credentialsOf(writer).accessKeyId, secretAccessKey });
    await expect(forged.cat.indices()).rejects.toMatchObject({ statusCode: 403 });
    const smuggling = world().client(writer);
    await expect(
      smuggling.transport.request({ method: "DELETE", path: "/retail-*" }, { headers: claims }),
    ).rejects.toMatchObject({ statusCode: 403, body: { error: { type: "security_exception" } } });
    expect(plane.region).toBe("eu-west-1");
  });

  test("set-up twice: nothing changes; a changed template: only that", async () => {
    const replicas = (number?: number) =>
      Promise.all(
        world()
          .inputs.filter(({ part }) => part === "indexing")
          .map((input) => setUp({ ...input, ...(number !== undefined && { replicas: number }) })),
      );
    const everything = [];
    for (const input of world().inputs) everything.push(await setUp(input));
    const [changed] = await replicas(1);
    const [back] = await replicas();

    say(`set-up again: ${JSON.stringify(everything)}`);
    say(`set-up with another number of replicas: updated ${JSON.stringify(at(changed, "updated"))}`);
    expect(everything).toMatchObject([
      {
        created: [],
        updated: [],
        unchanged: expect.arrayContaining(["lifecycle policy retail", "index template retail"]),
      },
      { created: [], updated: [], unchanged: expect.arrayContaining(["role mapping kibana_user"]) },
    ]);
    expect(changed).toMatchObject({ created: [], updated: ["index template retail"] });
    expect(back).toMatchObject({ created: [], updated: ["index template retail"] });
  });

  test("five documents conflict with the mapping of an old index: in quarantine with the engine's reason, the shard goes on", async () => {
    await world().ask(world().master, "PUT", "/retail-2010-03", {
      mappings: { properties: { Customer_ID: { type: "integer" } } },
    });
    const march = { InvoiceDate: "2010-03-04 10:00:00" };
    const good = Array.from({ length: 100 }, (_, number) => line(number, march));
    const conflicting = good
      .slice(0, 5)
      .map((_, number) => line(1_000 + number, { ...march, Customer_ID: "gold" }));

    await run.sendLines([...good, ...conflicting, line(2_000, { ...march, Customer_ID: "3" }), ...good]);
    const found = await run.settled();

    const all = LINES + 206;
    expect(found).toMatchObject({
      agree: true,
      acknowledged: all,
      quarantined: 5,
      counts: { raw: all, parquet: all, indexed: all - 5 },
    });
    const quarantined = [...found.quarantine.values()];
    expect(quarantined).toEqual(
      Array(5).fill({
        reason: "mapper_parsing_exception",
        detail: expect.stringMatching(/failed to parse field \[Customer_ID\] of type \[integer\].*gold/),
        arrivedAt: expect.any(String),
        layers: ["speed"],
      }),
    );
    expect(run.mapping.discarded).toEqual([]);
    say(`mapping conflict: 5 of 206 in quarantine, "${quarantined[0]?.detail}"`);
  });
}
