import type {
  QueryExecution as AthenaQueryExecution,
  GetQueryExecutionOutput,
  GetQueryRuntimeStatisticsOutput,
} from "@aws-sdk/client-athena";
import type { WorkgroupModel } from "../../plan/data-plane";
import type { Catalog } from "../glue/service";
import { invalidRequest } from "../protocol/errors";
import type { Input } from "../protocol/input";
import type { Operation } from "../protocol/json-protocol";
import { page } from "../protocol/paging";
import { parseS3Url } from "../s3/service";
import type { Executions, QueryExecution } from "./executions";
import { CATALOG_NAME, ENGINE_VERSION, entityNotFound, unquoted } from "./names";
import { withParameters } from "./parameters";
import { parseStatement, type SqlStatement } from "./statements/statement";
import type { Workgroups } from "./workgroups";

/** Athena's limits (API reference). */
const MAX_QUERY_BYTES = 262_144;
const MAX_LISTED = 50;

/**
 * Operations that start and stop queries and report their state.
 * @param catalog refuses a DESCRIBE of a table that it does not have
 */
export function queryOperations(
  executions: Executions,
  workgroups: Workgroups,
  catalog?: Pick<Catalog, "findTable">,
): Record<string, Operation<Input>> {
  return {
    StartQueryExecution: (input) => start(input, executions, workgroups, catalog),
    StopQueryExecution: (input) => {
      executions.stop(input.text("QueryExecutionId"));
      return {};
    },
    GetQueryExecution: (input): GetQueryExecutionOutput => ({
      QueryExecution: describe(executions.get(input.text("QueryExecutionId"))),
    }),
    BatchGetQueryExecution: (input) => {
      const found = input.texts("QueryExecutionIds").map((id) => ({ id, execution: executions.find(id) }));
      return {
        QueryExecutions: found.flatMap(({ execution }) => (execution ? describe(execution) : [])),
        UnprocessedQueryExecutionIds: found
          .filter(({ execution }) => !execution)
          .map(({ id }) => ({ QueryExecutionId: id, ErrorMessage: `QueryExecution ${id} was not found` })),
      };
    },
    ListQueryExecutions: (input) => {
      const { name } = workgroups.of(input);
      const { items, next } = page(executions.list(name), input, MAX_LISTED, invalidRequest);
      return { QueryExecutionIds: items.map(({ id }) => id), ...next };
    },
    GetQueryRuntimeStatistics: (input) => runtimeStatistics(executions.get(input.text("QueryExecutionId"))),
  };
}

function start(
  input: Input,
  executions: Executions,
  workgroups: Workgroups,
  catalog: Pick<Catalog, "findTable"> | undefined,
) {
  const sql = input.text("QueryString");
  if (sql.trim() === "") throw invalidRequest("Query string is empty", "EMPTY_QUERY");
  if (Buffer.byteLength(sql) > MAX_QUERY_BYTES) {
    throw invalidRequest(`Query string is longer than ${MAX_QUERY_BYTES} bytes`, "QUERY_TOO_LONG");
  }
  const parameters = input.texts("ExecutionParameters");
  const workgroup = workgroups.of(input);
  const context = input.optionalObject("QueryExecutionContext");
  const named = context?.optionalText("Catalog");
  if (named !== undefined && named.toLowerCase() !== CATALOG_NAME.toLowerCase()) {
    throw invalidRequest(`Catalog ${named} was not found; the local run has ${CATALOG_NAME}`);
  }
  const given = context?.optionalText("Database");
  const database = given && unquoted(given);
  const statement = parseStatement(withParameters(sql, parameters));
  if (catalog) assertDescribed(statement, database, catalog);
  refuseLocationUnderEnforcement(statement, workgroup);
  const client = input.optionalObject("ResultConfiguration")?.optionalText("OutputLocation");
  const id = executions.start(
    {
      sql,
      statement,
      workgroup: workgroup.name,
      ...(database !== undefined && { database }),
      outputFolder: outputFolder(workgroup, client),
      ...(parameters.length > 0 && { parameters }),
    },
    input.optionalText("ClientRequestToken"),
  );
  return { QueryExecutionId: id };
}

/** Athena looks for a table that is to be described before it starts the statement. @throws AwsError */
function assertDescribed(
  statement: SqlStatement,
  session: string | undefined,
  catalog: Pick<Catalog, "findTable">,
): void {
  if (statement.kind !== "describe table" && statement.kind !== "show columns") return;
  const { database = session ?? "default", name } = statement.table;
  if (!catalog.findTable(database, name)) throw invalidRequest(entityNotFound());
}

/** A workgroup that enforces its settings decides every output location, so a CTAS must not name one. */
function refuseLocationUnderEnforcement(
  statement: SqlStatement,
  { enforced, outputLocation }: WorkgroupModel,
): void {
  if (statement.kind !== "create table as" || !enforced || outputLocation === undefined) return;
  if (statement.properties["external_location"] === undefined) return;
  throw invalidRequest(
    "The Create Table As Select query failed because it was submitted with an 'external_location' property to an Athena Workgroup that enforces a centralized output location for all queries. Please remove the 'external_location' property and resubmit the query.",
  );
}

function outputFolder(workgroup: WorkgroupModel, client: string | undefined): string {
  const own = workgroup.outputLocation;
  const location = workgroup.enforced ? (own ?? client) : (client ?? own);
  if (location === undefined) {
    throw invalidRequest(
      "No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.",
    );
  }
  if (!parseS3Url(location)) throw invalidRequest(`outputLocation is not a valid S3 path: ${location}`);
  return location.endsWith("/") ? location : `${location}/`;
}

function describe(execution: QueryExecution): AthenaQueryExecution {
  const { id, request, state, reason, submittedAt, startedAt, completedAt, scannedBytes, answer } = execution;
  const end = completedAt ?? Date.now();
  return {
    QueryExecutionId: id,
    Query: request.sql,
    ...(request.parameters && { ExecutionParameters: [...request.parameters] }),
    ...statementClass(request.statement),
    ResultConfiguration: { OutputLocation: execution.outputLocation },
    ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: false } },
    QueryExecutionContext: {
      Catalog: CATALOG_NAME.toLowerCase(),
      ...(request.database !== undefined && { Database: request.database }),
    },
    Status: {
      State: state,
      ...(reason !== undefined && { StateChangeReason: reason }),
      SubmissionDateTime: new Date(submittedAt),
      ...(completedAt !== undefined && { CompletionDateTime: new Date(completedAt) }),
      ...(state === "FAILED" && reason !== undefined && { AthenaError: athenaError(reason) }),
    },
    Statistics: {
      DataScannedInBytes: scannedBytes,
      ...(answer?.manifestLocation !== undefined && { DataManifestLocation: answer.manifestLocation }),
      EngineExecutionTimeInMillis: startedAt === undefined ? 0 : end - startedAt,
      QueryQueueTimeInMillis: (startedAt ?? end) - submittedAt,
      TotalExecutionTimeInMillis: end - submittedAt,
      ResultReuseInformation: { ReusedPreviousResult: false },
    },
    WorkGroup: request.workgroup,
    EngineVersion: ENGINE_VERSION,
  };
}

/** Athena's classes of statements; its names of kinds that differ from the words of the statement. */
const SUBSTATEMENTS: Readonly<Record<string, string>> = {
  "add partition": "ALTER_TABLE_ADD_PARTITION",
  "drop partition": "ALTER_TABLE_DROP_PARTITION",
};

function statementClass(
  statement: SqlStatement,
): Pick<AthenaQueryExecution, "StatementType" | "SubstatementType"> {
  const { kind } = statement;
  switch (kind) {
    case "select":
      return { StatementType: "DML", SubstatementType: "SELECT" };
    case "explain":
      return { StatementType: "DML", SubstatementType: "EXPLAIN" };
    case "create table as":
      return { StatementType: "DDL", SubstatementType: "CREATE_TABLE_AS_SELECT" };
    case "refused":
      return statement.isQuery
        ? { StatementType: "DML", SubstatementType: "SELECT" }
        : { StatementType: "DDL" };
    default: {
      const isUtility = kind.startsWith("show ") || kind.startsWith("describe ");
      const SubstatementType = SUBSTATEMENTS[kind] ?? kind.toUpperCase().replaceAll(" ", "_");
      return { StatementType: isUtility ? "UTILITY" : "DDL", SubstatementType };
    }
  }
}

/** Category 1 is an error of the system, 2 an error of the user. */
function athenaError(reason: string) {
  const system = reason.startsWith("GENERIC_INTERNAL_ERROR");
  return { ErrorCategory: system ? 1 : 2, Retryable: false, ErrorMessage: reason };
}

function runtimeStatistics(execution: QueryExecution): GetQueryRuntimeStatisticsOutput {
  const { Statistics: statistics } = describe(execution);
  return {
    QueryRuntimeStatistics: {
      Timeline: {
        QueryQueueTimeInMillis: statistics?.QueryQueueTimeInMillis,
        EngineExecutionTimeInMillis: statistics?.EngineExecutionTimeInMillis,
        TotalExecutionTimeInMillis: statistics?.TotalExecutionTimeInMillis,
      },
      Rows: { InputBytes: execution.scannedBytes },
    },
  };
}
