import type { NamedQueryModel } from "../data-plane";
import { metadataOperations } from "./athena-metadata";
import { queryOperations } from "./athena-queries";
import { getQueryResults } from "./athena-results";
import type { Catalog } from "./catalog";
import { invalidRequest } from "./errors";
import type { Executions } from "./executions";
import { type Operations, operationsOf } from "./json-protocol";
import { namedQueryOperations } from "./named-queries";
import type { ObjectFiles } from "./object-files";
import type { Workgroups } from "./workgroups";

/** What the operations work with. */
export interface AthenaPorts {
  readonly executions: Executions;
  readonly catalog: Catalog;
  readonly objects: ObjectFiles;
  readonly workgroups: Workgroups;
  readonly namedQueries: readonly NamedQueryModel[];
}

/** The operations of Athena that the stack and those who query it use. */
export function athenaOperations(ports: AthenaPorts): Operations {
  const { executions, catalog, objects, workgroups, namedQueries } = ports;
  return operationsOf("AmazonAthena", invalidRequest, {
    ...queryOperations(executions, workgroups),
    GetQueryResults: getQueryResults(executions, objects),
    ...workgroups.operations(),
    ...namedQueryOperations(namedQueries, workgroups),
    ...metadataOperations(catalog),
  });
}
