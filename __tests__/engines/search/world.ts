import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type Client, errors } from "@opensearch-project/opensearch";
import { retailTransaction } from "../../../contract/retail-transaction";
import { readInput, type SearchSetupInput } from "../../../lambdas/search-setup/input";
import { freePorts } from "../../../lib/free-ports";
import { runDataPlane } from "../../../local/local-run";
import { type BehindGate, startBehindGate } from "../../../local/opensearch/behind-gate";
import type { DataPlane } from "../../../local/plan/data-plane";
import { readDataPlane } from "../../../local/plan/read-data-plane";
import { localSearch } from "../../../local/services/clients";
import {
  credentialsOf,
  type LocalCredentials,
  masterRoleOf,
  principalsOf,
} from "../../../local/services/credentials";
import { synthesize } from "../../../local/synthesize";
import { ObservedRun, upsertToEs } from "../../support/observed-run";

/** Merges run every second, and objects are written without delay. */
const TIME_SCALE = 300;

/** The engine's response. */
export interface Said {
  readonly status: number;
  readonly body: unknown;
}

/**
 * A real engine behind its gate, the data plane of `dev`, and all callers: the functions with their roles, an
 * analyst with read access, and a role of the account without any permissions.
 */
export class World {
  private readonly clients: Client[] = [];

  private constructor(
    readonly folder: string,
    /** The data plane of `dev`, whose functions reach the gate; nothing is set up yet. */
    readonly plane: DataPlane,
    readonly real: BehindGate,
    readonly reader: string,
    readonly stranger: string,
  ) {}

  static async open(say: (line: string) => void): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), "retail-bi-engines-"));
    try {
      const stackDir = await synthesize(join(folder, "terraform"), "dev");
      const [port = 0] = await freePorts(1);
      const plane = readDataPlane(stackDir, { searchEndpoint: `http://127.0.0.1:${port}` });
      const role = (name: string): string => `arn:aws:iam::${plane.accountId}:role/${name}`;
      const [reader, stranger] = [role("analyst"), role("stranger")];
      const real = await startBehindGate({
        folder: join(folder, "opensearch"),
        region: plane.region,
        principals: [
          ...principalsOf(plane),
          ...[reader, stranger].map((roleArn) => ({ roleArn, credentials: credentialsOf(roleArn) })),
        ],
        masterRoleArn: masterRoleOf(plane),
        port,
        say,
      });
      return new World(folder, plane, real, reader, stranger);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get url(): string {
    return this.real.gate.url;
  }

  /** The role of UpsertToES. */
  get writer(): string {
    return upsertToEs(this.plane).roleArn;
  }

  get master(): string {
    return masterRoleOf(this.plane);
  }

  /** The deploy's inputs of search-setup, in order, with an analyst who has read access. */
  get inputs(): readonly SearchSetupInput[] {
    return this.plane.invocations
      .map(({ input }) => readInput(retailTransaction, input))
      .map((input) => (input.part === "dashboards" ? { ...input, readerRoleArns: [this.reader] } : input));
  }

  /** The official client, which signs as a role. */
  client(roleArn: string): Client {
    return this.signing(credentialsOf(roleArn));
  }

  /** The official client, which signs with these credentials. */
  signing(credentials: LocalCredentials): Client {
    const client = localSearch(this.url, this.plane.region, credentials);
    this.clients.push(client);
    return client;
  }

  /** Sends a request as a role; a string body is a bulk request. */
  async ask(roleArn: string, method: string, path: string, body?: object | string): Promise<Said> {
    const client = this.client(roleArn);
    try {
      const { statusCode, body: said } = await client.transport.request({
        method,
        path,
        ...(typeof body === "string" ? { bulkBody: body } : body !== undefined && { body }),
      });
      return { status: statusCode ?? 0, body: said };
    } catch (error) {
      if (error instanceof errors.ResponseError) return { status: error.statusCode, body: error.body };
      throw error;
    }
  }

  /** Starts the data plane, without the deploy's invocations; the caller closes it. */
  async start(): Promise<ObservedRun> {
    const dataDir = mkdtempSync(join(this.folder, "run-"));
    const run = await runDataPlane({ ...this.plane, invocations: [] }, this.url, {
      dataDir,
      timeScale: TIME_SCALE,
      firstPort: 0,
      say: () => undefined,
    });
    return new ObservedRun(dataDir, run);
  }

  /** Removes everything that the set-up and the functions put into the engine. */
  async forget(): Promise<void> {
    const security = "/_plugins/_security/api";
    const paths = [
      "/retail*",
      "/_index_template/retail",
      "/_plugins/_ism/policies/retail",
      ...["firehose_role", "retail_reader", "kibana_user"].map((role) => `${security}/rolesmapping/${role}`),
      ...["firehose_role", "retail_reader"].map((role) => `${security}/roles/${role}`),
    ];
    for (const path of paths) {
      const { status, body } = await this.ask(this.master, "DELETE", path);
      if (status !== 200 && status !== 404)
        throw new Error(`DELETE ${path}: ${status} ${JSON.stringify(body)}`);
    }
  }

  async close(): Promise<void> {
    for (const client of this.clients) await client.close();
    await this.real.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Sends a request unchanged, from this machine's usual address. */
export async function sendPlain(
  url: string,
  headers: Readonly<Record<string, string>>,
  method = "GET",
): Promise<Said> {
  return new Promise((resolve, reject) => {
    request(url, { method, headers, agent: false }, (answer) => {
      buffer(answer).then(
        (content) => resolve({ status: answer.statusCode ?? 0, body: content.toString() }),
        reject,
      );
    })
      .once("error", reject)
      .end();
  });
}
