import { setTimeout as sleep } from "node:timers/promises";
import { QueryFailure } from "../../../local/services/protocol/errors";

/** A column as Trino names it. */
export interface TrinoColumn {
  readonly name: string;
  /** Such as `varchar(3)` or `timestamp(3)`. */
  readonly type: string;
}

/** A cell in Trino's spelling, which is Athena's too; null is SQL's NULL. */
export type TrinoCell = string | null;

/** Context of a statement. */
export interface TrinoSession {
  readonly catalog?: string;
  readonly schema?: string;
  /** Session properties by name. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The result of a statement. */
export interface TrinoAnswer {
  readonly columns: readonly TrinoColumn[];
  /** Batches of rows; a query that is not read to its end is cancelled. */
  readonly rows: AsyncIterable<readonly (readonly TrinoCell[])[]>;
  /** Number of written rows; known when all rows are read. */
  readonly updateCount: () => number | undefined;
  /** Number of bytes read from files; known when all rows are read. */
  readonly inputBytes: () => number;
}

/** A page of Trino's REST protocol (https://trino.io/docs/current/develop/client-protocol.html). */
interface Page {
  readonly nextUri?: string;
  readonly columns?: readonly TrinoColumn[];
  readonly data?: readonly (readonly unknown[])[];
  readonly updateCount?: string;
  readonly stats: { readonly physicalInputBytes?: string };
  readonly error?: { readonly errorName: string; readonly message: string };
}

/** Keeps numbers as written: a double in Java's spelling, a bigint with all digits. */
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

/** A client of a Trino server. */
export class TrinoClient {
  constructor(private readonly url: string) {}

  /** Starts a statement and waits for its columns. @throws QueryFailure; the signal's reason */
  async run(sql: string, session: TrinoSession = {}): Promise<TrinoAnswer> {
    const { signal } = session;
    signal?.throwIfAborted();
    let page = await this.call(`${this.url}/v1/statement`, { method: "POST", body: sql }, session);
    const seen: Page[] = [];
    const next = async (): Promise<Page | undefined> => {
      if (page.nextUri === undefined) return undefined;
      if (signal?.aborted) {
        await this.cancel(page.nextUri);
        throw signal.reason;
      }
      page = await this.call(page.nextUri, {}, session);
      return page;
    };
    seen.push(page);
    while (page.columns === undefined && (await next()) !== undefined) seen.push(page);

    const cancel = async (): Promise<void> => {
      if (page.nextUri !== undefined) await this.cancel(page.nextUri);
    };
    async function* rows(): AsyncGenerator<TrinoCell[][]> {
      try {
        for (const { data } of seen) if (data) yield data.map((row) => row.map(cellOf));
        for (let more = await next(); more; more = await next()) {
          if (more.data) yield more.data.map((row) => row.map(cellOf));
        }
      } finally {
        await cancel();
      }
    }
    return {
      columns: page.columns ?? [],
      rows: rows(),
      updateCount: () => (page.updateCount === undefined ? undefined : Number(page.updateCount)),
      inputBytes: () => Number(page.stats.physicalInputBytes ?? 0),
    };
  }

  /** All rows of a statement. @throws as {@link run} */
  async all(sql: string, session: TrinoSession = {}): Promise<TrinoCell[][]> {
    const rows: TrinoCell[][] = [];
    for await (const batch of (await this.run(sql, session)).rows) {
      for (const row of batch) rows.push([...row]);
    }
    return rows;
  }

  private async call(url: string, init: RequestInit, session: TrinoSession): Promise<Page> {
    const { catalog, schema, properties = {}, signal } = session;
    const headers: Record<string, string> = { "x-trino-user": "retail-bi" };
    if (catalog !== undefined) headers["x-trino-catalog"] = catalog;
    if (schema !== undefined) headers["x-trino-schema"] = schema;
    const session_ = Object.entries(properties).map(
      ([name, value]) => `${name}=${encodeURIComponent(value)}`,
    );
    if (session_.length > 0) headers["x-trino-session"] = session_.join(",");
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(url, { ...init, headers, ...(signal && { signal }) });
      // Trino answers so when it is busy.
      if ([502, 503, 504].includes(response.status) && attempt < 20) {
        await sleep(100);
        continue;
      }
      const text = await response.text();
      if (!response.ok) throw new Error(`Trino answered ${response.status}: ${text.slice(0, 500)}`);
      const page = parseWithSource(text, (_key, value, { source }) =>
        typeof value === "number" && source !== undefined ? source : value,
      ) as Page;
      if (page.error) throw new QueryFailure(page.error.errorName, page.error.message);
      return page;
    }
  }

  private async cancel(uri: string): Promise<void> {
    await fetch(uri, { method: "DELETE" });
  }
}

function cellOf(value: unknown): TrinoCell {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => cellOf(item) ?? "null").join(", ")}]`;
  throw new TypeError(`a ${JSON.stringify(value)} cannot be spelled`);
}
