import { isJsonObject, type Json, type JsonObject } from "../../../lib/json";
import { badRequest, EngineError, notSupported } from "./errors";
import { Mapping } from "./mapping";
import { matchesPattern, patternsOverlap } from "./names";
import { nestedSettings, readSettings, type Settings } from "./settings";

/** What a new index is made with. */
export interface Blueprint {
  readonly settings: Settings;
  readonly mappings: JsonObject;
}

const KNOWN_KEYS = new Set(["index_patterns", "template", "priority", "composed_of", "version", "_meta"]);

/** The composable index templates. */
export class IndexTemplates {
  private readonly templates = new Map<string, JsonObject>();

  /** Whether it is a new one. @throws EngineError when the engine would refuse it. */
  public put(name: string, body: JsonObject): { readonly created: boolean; readonly stored: JsonObject } {
    const stored = normalized(name, body);
    this.checkOverlap(name, stored);
    const created = !this.templates.has(name);
    this.templates.set(name, stored);
    return { created, stored };
  }

  public delete(name: string): boolean {
    return this.templates.delete(name);
  }

  /** Templates whose names fit a pattern. */
  public find(pattern: string): readonly (readonly [string, JsonObject])[] {
    return [...this.templates].filter(([name]) => matchesPattern(name, pattern));
  }

  /** What an index of this name is made with, by the template of highest priority. */
  public blueprint(indexName: string): Blueprint {
    const [winner] = [...this.templates.values()]
      .filter((template) => patternsOf(template).some((pattern) => matchesPattern(indexName, pattern)))
      .sort((a, b) => priorityOf(b) - priorityOf(a));
    return inner(winner ?? {});
  }

  private checkOverlap(name: string, body: JsonObject): void {
    const priority = priorityOf(body);
    const patterns = patternsOf(body);
    for (const [other, template] of this.templates) {
      if (other === name || priorityOf(template) !== priority) continue;
      const others = patternsOf(template);
      if (!patterns.some((a) => others.some((b) => patternsOverlap(a, b)))) continue;
      throw badRequest(
        `index template [${name}] has index patterns [${patterns.join(", ")}] matching patterns from existing templates [${other}] with patterns (${other} => [${others.join(", ")}]) that have the same priority [${priority}], multiple index templates may not match during index creation, please use a different priority`,
      );
    }
  }
}

function normalized(name: string, body: JsonObject): JsonObject {
  for (const key of Object.keys(body)) {
    if (key === "data_stream") throw notSupported("data streams");
    if (KNOWN_KEYS.has(key)) continue;
    throw new EngineError(400, "x_content_parse_exception", `[index_template] unknown field [${key}]`);
  }
  const given = body["index_patterns"];
  const patterns = typeof given === "string" ? [given] : given;
  if (!Array.isArray(patterns) || patterns.length === 0) throw badRequest("Required [index_patterns]");
  if (Array.isArray(body["composed_of"]) && body["composed_of"].length > 0) {
    throw notSupported("component templates");
  }
  const template = isJsonObject(body["template"]) ? body["template"] : undefined;
  if (template?.["aliases"] !== undefined) throw notSupported("aliases in an index template");
  if (template !== undefined) checkInner(name, template);
  return {
    index_patterns: patterns,
    ...(template !== undefined && {
      template: {
        ...(template["settings"] !== undefined && {
          settings: nestedSettings(readSettings(template["settings"])),
        }),
        ...(template["mappings"] !== undefined && { mappings: template["mappings"] }),
      },
    }),
    composed_of: [],
    ...copied(body, "priority"),
    ...copied(body, "version"),
    ...copied(body, "_meta"),
  };
}

function copied(body: JsonObject, key: string): Readonly<Record<string, Json>> {
  const value = body[key];
  return value === undefined ? {} : { [key]: value };
}

function checkInner(name: string, template: JsonObject): void {
  try {
    readSettings(template["settings"]);
  } catch (error) {
    if (!(error instanceof EngineError) || error.status !== 400) throw error;
    throw new EngineError(
      400,
      "invalid_index_template_exception",
      `index_template [${name}] invalid, cause [Validation Failed: 1: ${error.reason};]`,
    );
  }
  try {
    new Mapping(isJsonObject(template["mappings"]) ? template["mappings"] : {});
  } catch (error) {
    if (!(error instanceof EngineError) || error.status !== 400) throw error;
    throw badRequest(`composable template [${name}] template after composition is invalid`, {
      caused_by: {
        type: "illegal_argument_exception",
        reason: `invalid composite mappings for [${name}]`,
        caused_by: error.toItem(),
      },
    });
  }
}

function inner(template: JsonObject): Blueprint {
  const body = isJsonObject(template["template"]) ? template["template"] : {};
  const { mappings, settings } = body;
  return { settings: readSettings(settings), mappings: isJsonObject(mappings) ? mappings : {} };
}

function patternsOf(template: JsonObject): readonly string[] {
  const patterns = template["index_patterns"];
  return Array.isArray(patterns) ? patterns.map(String) : [];
}

function priorityOf(template: JsonObject): number {
  return Number(template["priority"] ?? 0);
}
