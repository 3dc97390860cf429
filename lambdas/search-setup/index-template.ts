import type { Column } from "../../contract/column";
import { indexMapping } from "../../contract/index-mapping";
import { isJsonObject, isList, type Json, type JsonObject } from "../../lib/json";
import { indexPattern } from "../shared/search";
import { flatSettings } from "./canonical";
import type { Resource } from "./resource";

/** Above the engine's own templates, and below an operator's that must take precedence. */
const PRIORITY = 100;

/** Template of the monthly indices: the contract's mapping, shards and replicas. */
export function indexTemplate(
  indexName: string,
  columns: readonly Column[],
  { shards, replicas }: { readonly shards: number; readonly replicas: number },
): Resource {
  const wanted: JsonObject = {
    index_patterns: [indexPattern(indexName)],
    priority: PRIORITY,
    template: {
      settings: { "index.number_of_shards": shards, "index.number_of_replicas": replicas },
      mappings: mapping(columns),
    },
  };
  return {
    what: `index template ${indexName}`,
    path: `/_index_template/${indexName}`,
    find: ({ index_templates: templates }) => {
      const [first] = isList(templates) ? templates : [];
      return isJsonObject(first) ? first["index_template"] : undefined;
    },
    wanted: () => wanted,
    significant: (template) => {
      const inner = isJsonObject(template["template"]) ? template["template"] : {};
      return { ...template, template: { ...inner, settings: flatSettings(inner["settings"] ?? {}) } };
    },
  };
}

/** The contract's mapping as JSON. */
function mapping(columns: readonly Column[]): Json {
  return JSON.parse(JSON.stringify(indexMapping(columns)));
}
