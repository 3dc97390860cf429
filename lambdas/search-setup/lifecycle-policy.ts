import { isJsonObject, isList, type Json, type JsonObject } from "../../lib/json";
import { indexPattern } from "../shared/search";
import type { Resource } from "./resource";

/** Above policies that an operator writes without a priority. */
const PRIORITY = 100;

/**
 * Retention of the monthly indices: a policy of index state management, which attaches itself to each new index. An
 * existing index keeps the version of the policy that it started with.
 * @param retentionDays of an index, counted from its creation
 */
export function lifecyclePolicy(indexName: string, retentionDays: number): Resource {
  const policy: JsonObject = {
    description: `Deletes a month of ${indexName} ${retentionDays} days after its first document`,
    default_state: "kept",
    states: [
      {
        name: "kept",
        actions: [],
        transitions: [{ state_name: "deleted", conditions: { min_index_age: `${retentionDays}d` } }],
      },
      {
        name: "deleted",
        actions: [{ retry: { count: 3, backoff: "exponential", delay: "1m" }, delete: {} }],
        transitions: [],
      },
    ],
    ism_template: [{ index_patterns: [indexPattern(indexName)], priority: PRIORITY }],
  };
  return {
    what: `lifecycle policy ${indexName}`,
    path: `/_plugins/_ism/policies/${indexName}`,
    find: (body) => body,
    wanted: () => ({ policy }),
    // Without them the plugin takes a write for the creation of an existing policy, and refuses it; it reads them from the
    // URL alone. OpenSearch Service ignores those of a signed POST, and this is a PUT.
    writeQuery: (existing) =>
      existing === undefined
        ? {}
        : {
            if_seq_no: String(existing["_seq_no"]),
            if_primary_term: String(existing["_primary_term"]),
          },
    significant: ({ policy: kept }) => own(policy, kept),
  };
}

/** The members of `kept` that the set-up wrote: the plugin adds times, versions and the author. */
function own(written: JsonObject, kept: Json | undefined): Json {
  if (!isJsonObject(kept)) return null;
  const members = Object.keys(written).map((key) => [key, kept[key] ?? null] as const);
  const templates = isList(kept["ism_template"]) ? kept["ism_template"] : [];
  return { ...Object.fromEntries(members), ism_template: templates.map(withoutTime) };
}

function withoutTime(template: Json): Json {
  if (!isJsonObject(template)) return template;
  const { last_updated_time: _, ...others } = template;
  return others;
}
