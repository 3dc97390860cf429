import type { JsonObject } from "../../../../lib/json";
import { notSupported } from "../errors";
import type { SearchIndex } from "./search-index";
import { nestedSettings, numberSetting } from "./settings";

/** The engine version that the double was compared with. */
const VERSION = "2.19.4";

/** Response of `GET /`. */
export function info(): JsonObject {
  return {
    name: "local",
    cluster_name: "local-search-double",
    cluster_uuid: "local",
    version: {
      distribution: "opensearch",
      number: VERSION,
      build_type: "local search double",
      build_snapshot: false,
      minimum_wire_compatibility_version: "7.10.0",
      minimum_index_compatibility_version: "7.0.0",
    },
    tagline: "The OpenSearch Project: https://opensearch.org/",
  };
}

/** An index as `GET /{index}` shows it. */
export type IndexJson = Readonly<Record<"aliases" | "mappings" | "settings", JsonObject>>;

export function indexJson({ definition, mapping }: SearchIndex): IndexJson {
  const { name, uuid, createdMs, settings } = definition;
  const { dynamic, ...mappings } = mapping.toJson();
  return {
    aliases: {},
    mappings: dynamic === undefined ? mappings : { dynamic: String(dynamic), ...mappings },
    settings: nestedSettings({
      ...settings,
      "index.provided_name": name,
      "index.creation_date": String(createdMs),
      "index.uuid": uuid,
    }),
  };
}

const COLUMNS = {
  health: (index) => (replicasOf(index) === 0 ? "green" : "yellow"),
  status: () => "open",
  index: ({ name }) => name,
  uuid: ({ definition }) => definition.uuid,
  pri: ({ definition }) => String(numberSetting(definition.settings, "index.number_of_shards", 1)),
  rep: (index) => String(replicasOf(index)),
  "docs.count": ({ size }) => String(size),
} as const satisfies Readonly<Record<string, (index: SearchIndex) => string>>;

const DEFAULT_COLUMNS = "health,status,index,uuid,pri,rep,docs.count";

/** The rows of `_cat/indices`, without sizes on disk. @param columns names, separated by commas */
export function catIndices(
  indices: readonly SearchIndex[],
  columns: string | null,
): readonly Readonly<Record<string, string>>[] {
  const wanted = (columns ?? DEFAULT_COLUMNS).split(",").map((name) => {
    const column = isColumn(name) ? COLUMNS[name] : undefined;
    if (!column) throw notSupported(`column ${name} of _cat/indices`);
    return [name, column] as const;
  });
  return indices.map((index) => Object.fromEntries(wanted.map(([name, column]) => [name, column(index)])));
}

function isColumn(name: string): name is keyof typeof COLUMNS {
  return Object.hasOwn(COLUMNS, name);
}

/** `_cluster/health` of one node: replicas stay unassigned. */
export function clusterHealth(indices: readonly SearchIndex[]): JsonObject {
  const shards = (index: SearchIndex): number =>
    numberSetting(index.definition.settings, "index.number_of_shards", 1);
  const primaries = indices.reduce((sum, index) => sum + shards(index), 0);
  const unassigned = indices.reduce((sum, index) => sum + shards(index) * replicasOf(index), 0);
  return {
    cluster_name: "local-search-double",
    status: unassigned === 0 ? "green" : "yellow",
    timed_out: false,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    active_primary_shards: primaries,
    active_shards: primaries,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: unassigned,
    active_shards_percent_as_number:
      primaries + unassigned === 0 ? 100 : (100 * primaries) / (primaries + unassigned),
  };
}

function replicasOf({ definition }: SearchIndex): number {
  return numberSetting(definition.settings, "index.number_of_replicas", 1);
}
