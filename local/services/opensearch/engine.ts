import { randomBytes } from "node:crypto";
import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import type { Store } from "../../store/store";
import { type BulkAction, parseBulk } from "./bulk";
import { badRequest, EngineError, indexNotFound } from "./errors";
import { checkIndexName, matchesPattern } from "./indices/names";
import type { SearchIndex, Written } from "./indices/search-index";
import { numberSetting, readSettings, type Settings } from "./indices/settings";
import { Journal } from "./journal";
import type { DashboardsAnswer } from "./plugins/dashboards-api";
import { answerPolicy } from "./plugins/lifecycle-policies";
import type { SecurityKind } from "./plugins/security-api";
import type { PluginAnswer, SearchHttpRequest } from "./request";
import { changeEntry, documentEntry, State } from "./state";

/** Returns the error that refuses an action of a bulk request, or undefined to accept it. */
export type RefuseItem = (action: BulkAction) => EngineError | undefined;

/** The double's operations on its indices and settings. Each change is stored before the response is sent. */
export class Engine {
  private constructor(
    private readonly state: State,
    private readonly journal: Journal,
  ) {}

  /** Opens the state that the store keeps. Rewrites the journal without overwritten entries. @throws StoreDamageError */
  public static open(store: Store): Engine {
    const journal = new Journal(store);
    const state = new State();
    for (const entry of journal.read()) state.take(entry);
    for (const index of state.indices.values()) index.refresh();
    journal.replace(state.entries());
    return new Engine(state, journal);
  }

  /**
   * The indices that an expression names: names and patterns, separated by commas; `_all` or undefined means all. A
   * pattern may match none.
   * @throws EngineError when a named index does not exist
   */
  public resolve(expression: string | undefined): SearchIndex[] {
    const found = new Set<SearchIndex>();
    for (const part of (expression ?? "*").split(",")) {
      const pattern = part === "_all" ? "*" : part;
      const indices = [...this.state.indices.values()].filter(({ name }) => matchesPattern(name, pattern));
      if (indices.length === 0 && !pattern.includes("*")) throw indexNotFound(part);
      for (const index of indices) found.add(index);
    }
    return [...found].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Creates an index from its template and the request. @throws EngineError */
  public async createIndex(name: string, settings: Settings, mappings: JsonObject): Promise<void> {
    const present = this.state.indices.get(name);
    if (present) throw alreadyExists(present);
    this.journal.append(this.makeIndex(name, settings, mappings).entry);
  }

  /** Adds fields to the mappings of indices: to all of them, or to none. @throws EngineError */
  public async addFields(expression: string, properties: JsonObject): Promise<void> {
    const extended = this.resolve(expression).map((index) => ({
      index,
      mapping: index.mapping.extended(properties),
    }));
    const entries = extended.map(({ index, mapping }) => {
      index.extend(mapping);
      return changeEntry({ t: "fields", index: index.name, properties });
    });
    this.journal.append(entries.join(""));
  }

  /** Deletes indices with their documents. @throws EngineError when one does not exist */
  public async deleteIndices(expression: string): Promise<void> {
    const entries = this.resolve(expression).map(({ name }) => {
      this.state.drop(name);
      return changeEntry({ t: "drop", index: name });
    });
    this.journal.append(entries.join(""));
  }

  /**
   * Runs a bulk request; each action succeeds or fails on its own.
   * @throws EngineError when the whole request is refused
   */
  public async bulk(
    body: string,
    defaultIndex: string | undefined,
    refresh: boolean,
    refuse: RefuseItem = () => undefined,
  ): Promise<JsonObject> {
    const began = performance.now();
    const entries: string[] = [];
    const touched = new Set<SearchIndex>();
    const items = parseBulk(body, defaultIndex).map((action) => {
      try {
        const refusal = refuse(action);
        if (refusal) throw refusal;
        const index = this.writable(action, entries);
        const written = this.write(action, index, entries);
        touched.add(index);
        return { index: { ...place(action), ...success(index, written, refresh) } };
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        return { index: { ...place(action), status: error.status, error: error.toItem() } };
      }
    });
    this.journal.append(entries.join(""));
    if (refresh) for (const index of touched) index.refresh();
    const errors = items.some(({ index: result }) => "error" in result);
    return { took: Math.round(performance.now() - began), errors, items };
  }

  public async putTemplate(name: string, body: JsonObject): Promise<void> {
    const stored = this.state.templates.put(name, body);
    this.journal.append(changeEntry({ t: "template", name, body: stored }));
  }

  public template(name: string): JsonObject | undefined {
    return this.state.templates.get(name);
  }

  /** Puts a role or a mapping of the security API. */
  public async putSecurity(kind: SecurityKind, name: string, body: Json): Promise<PluginAnswer> {
    const { security } = this.state;
    const answer = security.put(kind, name, body);
    if (answer.status >= 300) return answer;
    const kept = security.get(kind, name).body[name];
    if (isJsonObject(kept)) this.journal.append(changeEntry({ t: "security", kind, name, body: kept }));
    return answer;
  }

  public readSecurity(kind: SecurityKind, name: string): PluginAnswer {
    return this.state.security.get(kind, name);
  }

  /** Reads, writes or deletes a lifecycle policy. @throws EngineError */
  public async policy(name: string, request: SearchHttpRequest): Promise<PluginAnswer> {
    const { policies } = this.state;
    const answer = answerPolicy(policies, name, request);
    if (request.method !== "GET") {
      this.journal.append(changeEntry({ t: "policy", name, kept: policies.entry(name) }));
    }
    return answer;
  }

  public readAudit(): PluginAnswer {
    return this.state.audit.get();
  }

  /** Replaces the settings of the audit log. */
  public async putAudit(body: Json): Promise<PluginAnswer> {
    const answer = this.state.audit.put(body);
    const kept = this.state.audit.entry();
    if (kept) this.journal.append(changeEntry({ t: "audit", body: kept }));
    return answer;
  }

  /** Runs a request to Dashboards and stores its changes. */
  public async dashboards(request: SearchHttpRequest): Promise<DashboardsAnswer> {
    const answer = this.state.dashboards.answer(request);
    const { changed = [] } = answer;
    this.journal.append(changed.map(([key, value]) => changeEntry({ t: "dashboards", key, value })).join(""));
    return answer;
  }

  /** Stops the refreshes. */
  public close(): void {
    for (const index of this.state.indices.values()) index.close();
  }

  /** The index of an action; created if it does not exist. */
  private writable({ index: name, id }: BulkAction, entries: string[]): SearchIndex {
    if (id === "") throw badRequest("if _id is specified it must not be empty");
    const present = this.state.indices.get(name);
    if (present) return present;
    const { index, entry } = this.makeIndex(name, {}, {});
    entries.push(entry);
    return index;
  }

  private write({ id, source }: BulkAction, index: SearchIndex, entries: string[]): Written {
    const written = index.put(id, source);
    entries.push(documentEntry(index.name, written.doc));
    return written;
  }

  private makeIndex(
    name: string,
    settings: Settings,
    mappings: JsonObject,
  ): { readonly index: SearchIndex; readonly entry: string } {
    checkIndexName(name);
    const blueprint = this.state.templates.blueprint(name);
    const index = this.state.create({
      name,
      uuid: randomBytes(16).toString("base64url"),
      createdMs: Date.now(),
      settings: {
        "index.number_of_shards": "1",
        "index.number_of_replicas": "1",
        ...blueprint.settings,
        ...readSettings(settings),
      },
      mappings: overlaid(blueprint.mappings, mappings),
    });
    return { index, entry: changeEntry({ t: "index", ...index.definition }) };
  }
}

function place({ index, id }: BulkAction): { readonly _index: string; readonly _id: string } {
  return { _index: index, _id: id };
}

function success(index: SearchIndex, written: Written, refreshed: boolean) {
  const copies = 1 + numberSetting(index.definition.settings, "index.number_of_replicas", 1);
  const {
    result,
    doc: { version, seqNo },
  } = written;
  return {
    _version: version,
    result,
    ...(refreshed && { forced_refresh: true }),
    _shards: { total: copies, successful: 1, failed: 0 },
    _seq_no: seqNo,
    _primary_term: 1,
    status: result === "created" ? 201 : 200,
  };
}

/** Merges a request's mapping over its template's: its fields replace those of the same name. */
function overlaid(base: JsonObject, top: JsonObject): JsonObject {
  const fields = (mapping: JsonObject): JsonObject =>
    isJsonObject(mapping["properties"]) ? mapping["properties"] : {};
  const properties = { ...fields(base), ...fields(top) };
  return { ...base, ...top, ...(Object.keys(properties).length > 0 && { properties }) };
}

function alreadyExists({ name, definition }: SearchIndex): EngineError {
  const where = `index [${name}/${definition.uuid}]`;
  return new EngineError(400, "resource_already_exists_exception", `${where} already exists`, {
    index: name,
    index_uuid: definition.uuid,
  });
}
