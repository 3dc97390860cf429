import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { type IndexDefinition, SearchIndex, type StoredDoc } from "./indices/search-index";
import { readSettings } from "./indices/settings";
import { IndexTemplates } from "./indices/templates";
import { AuditConfig } from "./plugins/audit-config";
import { DashboardsApi } from "./plugins/dashboards-api";
import { type KeptPolicy, LifecyclePolicies } from "./plugins/lifecycle-policies";
import { isSecurityKind, SecurityApi, type SecurityKind } from "./plugins/security-api";

/** A change in the journal. Documents have their own form, see {@link documentEntry}. */
type Change =
  | ({ readonly t: "index" } & IndexDefinition)
  | { readonly t: "fields"; readonly index: string; readonly properties: JsonObject }
  | { readonly t: "drop"; readonly index: string }
  | { readonly t: "dashboards"; readonly key: string; readonly value: Json }
  | { readonly t: "template"; readonly name: string; readonly body: JsonObject }
  | { readonly t: "policy"; readonly name: string; readonly kept: KeptPolicy | null }
  | { readonly t: "audit"; readonly body: JsonObject }
  | { readonly t: "security"; readonly kind: SecurityKind; readonly name: string; readonly body: JsonObject };

const DOCUMENT = '{"t":"doc",';
const SOURCE = ',"source":';

/** A change as a line of the journal. */
export function changeEntry(change: Change): string {
  return `${JSON.stringify(change)}\n`;
}

/** A document as a line of the journal, its source as the client sent it. */
export function documentEntry(index: string, { id, version, seqNo, source }: StoredDoc): string {
  return `${DOCUMENT}${JSON.stringify({ index, id, version, seqNo }).slice(1, -1)}${SOURCE}${source}}\n`;
}

/** The whole state of the double, in memory. */
export class State {
  public readonly templates = new IndexTemplates();
  public readonly security = new SecurityApi();
  public readonly policies = new LifecyclePolicies();
  public readonly audit = new AuditConfig();
  public readonly dashboards = new DashboardsApi();
  public readonly indices = new Map<string, SearchIndex>();

  /** Applies a line of the journal. @throws Error when it is not a journal line */
  public take(entry: string): void {
    if (entry.startsWith(DOCUMENT)) {
      const at = entry.indexOf(SOURCE);
      const head = members(`${entry.slice(0, at)}}`);
      this.index(head).write({
        id: String(head["id"]),
        version: Number(head["version"]),
        seqNo: Number(head["seqNo"]),
        source: entry.slice(at + SOURCE.length, -1),
      });
    } else this.repeat(members(entry));
  }

  /** The shortest journal that produces this state. */
  public *entries(): Generator<string> {
    for (const [name, body] of this.templates.everything()) yield changeEntry({ t: "template", name, body });
    for (const [kind, name, body] of this.security.everything()) {
      yield changeEntry({ t: "security", kind, name, body });
    }
    for (const [name, kept] of this.policies.entries()) yield changeEntry({ t: "policy", name, kept });
    const audit = this.audit.entry();
    if (audit) yield changeEntry({ t: "audit", body: audit });
    for (const [key, value] of this.dashboards.everything())
      yield changeEntry({ t: "dashboards", key, value });
    for (const index of this.indices.values()) {
      yield changeEntry({ t: "index", ...index.definition });
      const [[, first] = [undefined, []], ...later] = index.history();
      for (const doc of first) yield documentEntry(index.name, doc);
      for (const [mapping, docs] of later) {
        const { properties = {} } = mapping.toJson();
        if (isJsonObject(properties)) yield changeEntry({ t: "fields", index: index.name, properties });
        for (const doc of docs) yield documentEntry(index.name, doc);
      }
    }
  }

  /** Adds an index. */
  public create(definition: IndexDefinition): SearchIndex {
    const index = new SearchIndex(definition);
    this.indices.set(definition.name, index);
    return index;
  }

  /** Removes an index with its documents. */
  public drop(name: string): void {
    this.indices.get(name)?.close();
    this.indices.delete(name);
  }

  private repeat(change: JsonObject): void {
    const { t, kind, body = null } = change;
    const name = String(change["name"]);
    if (t === "index") {
      const { uuid, createdMs, settings, mappings } = change;
      this.create({
        name,
        uuid: String(uuid),
        createdMs: Number(createdMs),
        settings: readSettings(settings),
        mappings: isJsonObject(mappings) ? mappings : {},
      });
    } else if (t === "fields") {
      const { properties } = change;
      const index = this.index(change);
      index.extend(index.mapping.extended(isJsonObject(properties) ? properties : {}));
    } else if (t === "drop") this.drop(String(change["index"]));
    else if (t === "template" && isJsonObject(body)) this.templates.put(name, body);
    else if (t === "security" && typeof kind === "string" && isSecurityKind(kind) && isJsonObject(body))
      this.security.restore(kind, name, body);
    else if (t === "policy") this.policies.restore(name, keptPolicy(change["kept"]));
    else if (t === "audit" && isJsonObject(body)) this.audit.restore(body);
    else if (t === "dashboards") this.dashboards.restore([String(change["key"]), change["value"] ?? null]);
    else throw new Error(`The journal of the search double holds an unknown change: ${String(t)}`);
  }

  private index(entry: JsonObject): SearchIndex {
    const index = this.indices.get(String(entry["index"]));
    if (index) return index;
    throw new Error(`The journal of the search double names ${String(entry["index"])} before its creation`);
  }
}

function keptPolicy(kept: Json | undefined): KeptPolicy | null {
  if (!isJsonObject(kept) || !isJsonObject(kept["policy"])) return null;
  return { seqNo: Number(kept["seqNo"]), version: Number(kept["version"]), policy: kept["policy"] };
}

function members(text: string): JsonObject {
  const value: Json = JSON.parse(text);
  if (isJsonObject(value)) return value;
  throw new Error(`The journal of the search double holds ${text.slice(0, 80)}`);
}
