import type { RunTimeContract } from "../../contract/variable";
import { isJsonObject } from "../../lib/json";
import type { Logger } from "../shared/log";
import { indexPattern, WRITER_ROLE } from "../shared/search";
import type { Search } from "../shared/search-client";
import { auditLog } from "./audit-log";
import { canonical, parsed } from "./canonical";
import { addFields } from "./index-fields";
import { indexTemplate } from "./index-template";
import type { SearchSetupInput } from "./input";
import { lifecyclePolicy } from "./lifecycle-policy";
import type { Resource } from "./resource";
import {
  ADMINISTRATOR_ROLES,
  DASHBOARDS_USER_ROLES,
  readerRole,
  roleMapping,
  SECURITY_API,
  securityRole,
  writerRole,
} from "./security";
import { type Clock, type RetryingSearch, shown, withRetry } from "./with-retry";

/** External dependencies of the function. */
export interface Ports extends Clock {
  readonly search: Search;
  readonly log: Logger;
}

/** Result of the set-up for each resource. A second run finds everything unchanged. */
export interface SetupOutcome {
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly unchanged: readonly string[];
  /** What could not be done and keeps nothing from working: a sentence each, also in the log. */
  readonly warnings: readonly string[];
}

/**
 * Configures the domain's templates, policies, security roles and role mappings as the deploy wants them: each is
 * read, compared by meaning, and written only if it differs. Indices that exist get the contract's new fields.
 * @throws Error when the domain cannot be reached in time or refuses.
 */
export async function searchSetup(
  input: SearchSetupInput,
  { indexName, contract }: { readonly indexName: string; readonly contract: RunTimeContract },
  ports: Ports,
): Promise<SetupOutcome> {
  const { columns } = contract;
  const search = withRetry(ports.search, ports);
  const resources = [
    lifecyclePolicy(indexName, input.retentionDays),
    indexTemplate(indexName, columns, input),
    auditLog(),
    ...(await forPeople(input, indexName, search)),
    ...(await forAdministrators(input, search)),
    ...forWriters(input, indexName),
  ];
  const outcome = {
    created: [] as string[],
    updated: [] as string[],
    unchanged: [] as string[],
    warnings: [] as string[],
  };
  for (const resource of resources) {
    const result = await ensure(resource, search);
    outcome[result].push(resource.what);
    ports.log.info(`${resource.what}: ${result}`);
  }
  // After the template: an index that is made meanwhile has them from there.
  const { added, warnings } = await addFields(indexName, columns, search);
  for (const { index, fields } of added) ports.log.info(`index ${index}: fields added`, { fields });
  outcome[added.length > 0 ? "updated" : "unchanged"].push(`fields of ${indexPattern(indexName)}`);
  for (const warning of warnings) {
    ports.log.warn(warning);
    outcome.warnings.push(warning);
  }
  return outcome;
}

/** Last, because the writer may write only when policy and template exist for its indices. */
function forWriters({ writerRoleArns }: SearchSetupInput, indexName: string): Resource[] {
  return [securityRole(WRITER_ROLE, writerRole(indexName)), roleMapping(WRITER_ROLE, writerRoleArns)];
}

/** The role exists even if nobody is mapped to it, so that an operator can map users by hand. */
async function forPeople(
  { readerGroups, readerRole: name, readerRoleArns }: SearchSetupInput,
  indexName: string,
  search: RetryingSearch,
): Promise<Resource[]> {
  const role = securityRole(name, readerRole(indexName));
  const readers = [...readerRoleArns, ...readerGroups];
  if (readers.length === 0) return [role];
  const dashboardsUser = await existingRole(DASHBOARDS_USER_ROLES, search);
  return [role, roleMapping(name, readers), roleMapping(dashboardsUser, readers)];
}

async function forAdministrators(
  { administratorRoleArns = [] }: SearchSetupInput,
  search: RetryingSearch,
): Promise<Resource[]> {
  if (administratorRoleArns.length === 0) return [];
  const { everything, security } = ADMINISTRATOR_ROLES;
  const roles: string[] = [await existingRole([everything], search)];
  if (await hasRole(security, search)) roles.push(security);
  return roles.map((role) => roleMapping(role, administratorRoleArns));
}

/** The first of these built-in roles that the domain has. @throws Error when it has none */
async function existingRole(names: readonly string[], search: RetryingSearch): Promise<string> {
  for (const name of names) if (await hasRole(name, search)) return name;
  throw new Error(`the domain has no security role ${names.join(" or ")}`);
}

async function hasRole(name: string, search: RetryingSearch): Promise<boolean> {
  const { status } = await search({ method: "GET", path: `${SECURITY_API}/roles/${name}` });
  return status === 200;
}

/** What became of a resource. */
export type ResourceResult = Exclude<keyof SetupOutcome, "warnings">;

async function ensure(resource: Resource, search: RetryingSearch): Promise<ResourceResult> {
  const { what, path, writePath = path, find, wanted, writeQuery, significant } = resource;
  const read = await search({ method: "GET", path });
  if (read.status !== 200 && read.status !== 404) {
    throw new Error(`${what} cannot be read: ${read.status} ${shown(read.body)}`);
  }
  const found = read.status === 200 ? find(parsed(read.body, `GET ${path}`)) : undefined;
  const existing = isJsonObject(found) ? found : undefined;
  const body = wanted(existing);
  if (existing && canonical(significant(existing)) === canonical(significant(body))) return "unchanged";
  const query = writeQuery?.(existing);
  const written = await search({ method: "PUT", path: writePath, body, ...(query && { query }) });
  if (written.status !== 200 && written.status !== 201) {
    throw new Error(`${what} cannot be written: ${written.status} ${shown(written.body)}`);
  }
  return existing ? "updated" : "created";
}
