import type { Client } from "@opensearch-project/opensearch";
import { localSearch } from "../services/clients";
import type { RunState } from "./run-state";

/** A client of a run's search engine; undefined for a stack without a speed layer. Close it at the end. */
export function searchOf({ index, searchUrl, region }: RunState): Client | undefined {
  return index === undefined ? undefined : localSearch(searchUrl, region);
}
