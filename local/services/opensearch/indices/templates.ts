import { isJsonObject, type JsonObject } from "../../../../lib/json";
import { badRequest, notSupported } from "../errors";
import { checkMembers } from "../params";
import { Mapping } from "./mapping";
import { matchesPattern } from "./names";
import { nestedSettings, readSettings, type Settings } from "./settings";

/** Settings and mapping for a new index. */
interface Blueprint {
  readonly settings: Settings;
  readonly mappings: JsonObject;
}

/** The composable index templates. */
export class IndexTemplates {
  private readonly templates = new Map<string, JsonObject>();

  /** Stores a template and returns it as stored. @throws EngineError when the engine would refuse it */
  public put(name: string, body: JsonObject): JsonObject {
    const stored = normalized(body);
    for (const [other, template] of this.templates) {
      if (other === name || priorityOf(template) !== priorityOf(stored)) continue;
      throw notSupported(`two index templates of one priority, ${other} and ${name}`);
    }
    this.templates.set(name, stored);
    return stored;
  }

  public get(name: string): JsonObject | undefined {
    return this.templates.get(name);
  }

  /** All templates, for the journal. */
  public everything(): Iterable<readonly [string, JsonObject]> {
    return this.templates;
  }

  /** Settings and mapping for a new index of this name, from the matching template of highest priority. */
  public blueprint(indexName: string): Blueprint {
    const [winner = {}] = [...this.templates.values()]
      .filter((template) => patternsOf(template).some((pattern) => matchesPattern(indexName, pattern)))
      .sort((a, b) => priorityOf(b) - priorityOf(a));
    const { mappings, settings } = members(winner, "template");
    return { settings: readSettings(settings), mappings: isJsonObject(mappings) ? mappings : {} };
  }
}

function normalized(body: JsonObject): JsonObject {
  checkMembers(body, "an index template", ["index_patterns", "template", "priority", "composed_of"]);
  const { index_patterns: patterns, priority, composed_of: components = [] } = body;
  if (!Array.isArray(patterns) || patterns.length === 0) throw badRequest("Required [index_patterns]");
  if (!Array.isArray(components) || components.length > 0) throw notSupported("component templates");
  const template = members(body, "template");
  checkMembers(template, "an index template", ["settings", "mappings"]);
  const { settings, mappings } = template;
  if (isJsonObject(mappings)) new Mapping(mappings);
  return {
    index_patterns: patterns,
    template: {
      ...(settings !== undefined && { settings: nestedSettings(readSettings(settings)) }),
      ...(mappings !== undefined && { mappings }),
    },
    composed_of: [],
    ...(priority !== undefined && { priority }),
  };
}

function members(body: JsonObject, key: string): JsonObject {
  const value = body[key];
  return isJsonObject(value) ? value : {};
}

function patternsOf(template: JsonObject): readonly string[] {
  const patterns = template["index_patterns"];
  return Array.isArray(patterns) ? patterns.map(String) : [];
}

function priorityOf(template: JsonObject): number {
  return Number(template["priority"] ?? 0);
}
