import type { NamedQueryModel } from "../../plan/data-plane";
import type { Catalog } from "../glue/service";
import { invalidRequest } from "../protocol/errors";
import { type Operations, operationsOf } from "../protocol/json-protocol";
import type { ObjectFiles } from "../s3/service";
import type { Executions } from "./executions";
import { metadataOperations } from "./metadata";
import { namedQueryOperations } from "./named-queries";
import { queryOperations } from "./queries";
import { getQueryResults } from "./results";
import type { Workgroups } from "./workgroups";

/** Dependencies of the operations. */
interface AthenaPorts {
  readonly executions: Executions;
  readonly catalog: Catalog;
  readonly objects: ObjectFiles;
  readonly workgroups: Workgroups;
  readonly namedQueries: readonly NamedQueryModel[];
}

/** The operations of Athena that the stack and its analysts use. */
export function athenaOperations(ports: AthenaPorts): Operations {
  const { executions, catalog, objects, workgroups, namedQueries } = ports;
  return operationsOf("AmazonAthena", invalidRequest, {
    ...queryOperations(executions, workgroups, catalog),
    GetQueryResults: getQueryResults(executions, objects),
    ...workgroups.operations(),
    ...namedQueryOperations(namedQueries, workgroups),
    ...metadataOperations(catalog),
  });
}
