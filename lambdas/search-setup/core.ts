import type { Logger } from "../shared/log";
import { WRITER_ROLE } from "../shared/search";
import type { Search } from "../shared/search-client";
import { canonical, isObject, parsed } from "./canonical";
import { indexTemplate } from "./index-template";
import { readInput, type SearchSetupInput } from "./input";
import { type Clock, type PatientSearch, patient, shown } from "./patient";
import type { Resource } from "./resource";
import { roleMapping, securityRole, writerRole } from "./security";

/** What the function needs of the world. */
export interface Ports extends Clock {
  readonly search: Search;
  readonly log: Logger;
}

/** What the set-up did, resource by resource. A second run finds everything unchanged. */
export interface SetupOutcome {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly unchanged: readonly string[];
}

/**
 * Brings the domain's index template, security role and role mapping to what the deploy wants: each is read,
 * compared by meaning, and written only where it differs.
 * @param event the deploy's input, see {@link SearchSetupInput}
 * @throws InputError when the input is wrong; Error when the domain cannot be reached in time or refuses.
 */
export async function searchSetup(event: unknown, indexName: string, ports: Ports): Promise<SetupOutcome> {
  const resources = wantedResources(readInput(event), indexName);
  const search = patient(ports.search, ports);
  const outcome = { created: [] as string[], updated: [] as string[], unchanged: [] as string[] };
  for (const resource of resources) {
    const result = await ensure(resource, search);
    outcome[result].push(resource.what);
    ports.log.info(`${resource.what}: ${result}`);
  }
  return outcome;
}

/** The mapping comes last: the writer may write only when the template is there to shape its indices. */
function wantedResources(input: SearchSetupInput, indexName: string): Resource[] {
  return [
    indexTemplate(indexName, input),
    securityRole(WRITER_ROLE, writerRole(indexName)),
    roleMapping(WRITER_ROLE, input.writerRoleArns),
  ];
}

async function ensure(resource: Resource, search: PatientSearch): Promise<keyof SetupOutcome> {
  const { what, path, find, wanted, significant } = resource;
  const read = await search({ method: "GET", path });
  if (read.status !== 200 && read.status !== 404) {
    throw new Error(`${what} cannot be read: ${read.status} ${shown(read.body)}`);
  }
  const found = read.status === 200 ? find(parsed(read.body, `GET ${path}`)) : undefined;
  const existing = isObject(found) ? found : undefined;
  const body = wanted(existing);
  if (existing && canonical(significant(existing)) === canonical(significant(body))) return "unchanged";
  const written = await search({ method: "PUT", path, body });
  if (written.status !== 200 && written.status !== 201) {
    throw new Error(`${what} cannot be written: ${written.status} ${shown(written.body)}`);
  }
  return existing ? "updated" : "created";
}
