import type { RunTimeContract } from "../../contract/variable";
import { initialSettings, savedObjects } from "../../dashboards/saved-objects";
import type { Logger } from "../shared/log";
import { indexPattern, WRITER_ROLE } from "../shared/search";
import type { Search } from "../shared/search-client";
import { parsed } from "./answer";
import { auditLog } from "./audit-log";
import { setUpDashboards } from "./dashboards";
import { addFields } from "./index-fields";
import { indexTemplate } from "./index-template";
import type { DashboardsInput, IndexingInput, ReadInput } from "./input";
import { lifecyclePolicy } from "./lifecycle-policy";
import { ensureAll, type Resource, type SetupOutcome } from "./resource";
import {
  ADMINISTRATOR_ROLES,
  DASHBOARDS_USER_ROLES,
  readerRole,
  roleMapping,
  SECURITY_API,
  securityRole,
  writerRole,
} from "./security";
import { type Clock, type RetryingSearch, withRetry } from "./with-retry";

/** External dependencies of the function. */
export interface Ports extends Clock {
  readonly search: Search;
  readonly log: Logger;
}

/** What is indexed, and where. */
export interface Indexed {
  /** First part of the indices' names, such as `retail`. */
  readonly indexName: string;
  readonly contract: RunTimeContract;
}

/**
 * Sets up one part of the domain's content: each resource is read, compared by meaning, and written only if it differs.
 * @throws Error when the domain cannot be reached in time, refuses, or answers with anything but JSON
 */
export function searchSetup(input: ReadInput, indexed: Indexed, ports: Ports): Promise<SetupOutcome> {
  const search = withRetry(ports.search, ports);
  return input.part === "indexing"
    ? forIndexing(input, indexed, search, ports.log)
    : forPeople(input, indexed, search, ports.log);
}

/** The writer comes after policy and template, without which it may not write. Indices that exist get new fields. */
async function forIndexing(
  { replicas, retentionDays, shards, writerRoleArns }: IndexingInput,
  { indexName, contract: { columns } }: Indexed,
  search: RetryingSearch,
  log: Logger,
): Promise<SetupOutcome> {
  const resources = [
    lifecyclePolicy(indexName, retentionDays),
    indexTemplate(indexName, columns, { replicas, shards }),
    auditLog(),
    securityRole(WRITER_ROLE, writerRole(indexName)),
    roleMapping(WRITER_ROLE, writerRoleArns),
  ];
  const results = await ensureAll(resources, search, log);
  // After the template: an index that is made meanwhile has them from there.
  const { added, warnings } = await addFields(indexName, columns, search);
  for (const { index, fields } of added) log.info(`index ${index}: fields added`, { fields });
  for (const warning of warnings) log.warn(warning);
  const fields = [`fields of ${indexPattern(indexName)}`];
  return joined(results, added.length > 0 ? { updated: fields } : { unchanged: fields }, { warnings });
}

/** Roles come first: people search the indices even where Dashboards does not answer. */
async function forPeople(
  input: Required<DashboardsInput>,
  { indexName, contract }: Indexed,
  search: RetryingSearch,
  log: Logger,
): Promise<SetupOutcome> {
  const { panels, smoke, title } = input;
  const roles = [
    ...(await readerRoles(input, indexName, search)),
    ...(await administratorRoles(input, search)),
  ];
  const people = await ensureAll(roles, search, log);
  const objects = savedObjects({ ...contract, smoke }, panels, { indexName, title });
  const dashboards = await setUpDashboards(objects, initialSettings(panels), search);
  log.info("Dashboards", { ...dashboards });
  return joined(people, dashboards);
}

/** The role exists even if nobody is mapped to it, so that an operator can map users by hand. */
async function readerRoles(
  { readerGroups, readerRole: name, readerRoleArns }: DashboardsInput,
  indexName: string,
  search: RetryingSearch,
): Promise<Resource[]> {
  const role = securityRole(name, readerRole(indexName));
  const readers = [...readerRoleArns, ...readerGroups];
  if (readers.length === 0) return [role];
  const dashboardsUser = await existingRole(DASHBOARDS_USER_ROLES, search);
  return [role, roleMapping(name, readers), roleMapping(dashboardsUser, readers)];
}

async function administratorRoles(
  { administratorRoleArns = [] }: DashboardsInput,
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
  const path = `${SECURITY_API}/roles/${name}`;
  const answer = await search({ method: "GET", path });
  return answer.status === 200 && parsed(answer, `GET ${path}`)[name] !== undefined;
}

function joined(...outcomes: readonly Partial<SetupOutcome>[]): SetupOutcome {
  const all = (key: keyof SetupOutcome): readonly string[] =>
    outcomes.flatMap((outcome) => outcome[key] ?? []);
  return {
    created: all("created"),
    updated: all("updated"),
    unchanged: all("unchanged"),
    warnings: all("warnings"),
  };
}
