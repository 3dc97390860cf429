import type {
  QueryExecution as AthenaQueryExecution,
  Column,
  Database,
  GetQueryExecutionOutput,
  GetQueryResultsOutput,
  GetQueryRuntimeStatisticsOutput,
  GetWorkGroupOutput,
  NamedQuery,
  Row,
  TableMetadata,
  WorkGroup,
} from "@aws-sdk/client-athena";
import type { NamedQueryModel, WorkgroupModel } from "../data-plane";
import type { Catalog, CatalogTable } from "./catalog";
import type { Cell, ResultColumn } from "./engine";
import { AwsError, invalidRequest } from "./errors";
import type { Executions, QueryExecution, StatementClass } from "./executions";
import { Input } from "./input";
import type { Operation, Operations } from "./json-protocol";
import { namedQueryId } from "./named-query-id";
import { type ObjectFiles, parseS3Url } from "./object-files";
import { page } from "./paging";
import { readCsvPage } from "./result-file";
import { parseStatement, type SqlStatement } from "./statement";

/** What the operations work with. */
export interface AthenaPorts {
  readonly executions: Executions;
  readonly catalog: Catalog;
  readonly objects: ObjectFiles;
  readonly workgroups: readonly WorkgroupModel[];
  readonly namedQueries: readonly NamedQueryModel[];
}

const ENGINE_VERSION = { SelectedEngineVersion: "AUTO", EffectiveEngineVersion: "Athena engine version 3" };
const CATALOG_NAME = "AwsDataCatalog";
const PRIMARY_WORKGROUP = "primary";
/** Athena's limits (API reference). */
const MAX_QUERY_BYTES = 262_144;
const MAX_RESULTS = 1000;
const MAX_EXECUTIONS = 50;

/** The operations of Athena that the stack and those who query it use. */
export function athenaOperations(ports: AthenaPorts): Operations {
  const operations: Record<string, (input: Input) => object | Promise<object>> = {
    StartQueryExecution: (input) => startQueryExecution(input, ports),
    StopQueryExecution: (input) => {
      ports.executions.stop(input.text("QueryExecutionId"));
      return {};
    },
    GetQueryExecution: (input): GetQueryExecutionOutput => ({
      QueryExecution: describe(ports.executions.get(input.text("QueryExecutionId"))),
    }),
    BatchGetQueryExecution: (input) => ({
      QueryExecutions: input.texts("QueryExecutionIds").map((id) => describe(ports.executions.get(id))),
      UnprocessedQueryExecutionIds: [],
    }),
    ListQueryExecutions: (input) => {
      const { name } = workgroupOf(input, ports);
      const { items, next } = page(ports.executions.list(name), input, MAX_EXECUTIONS, invalidRequest);
      return { QueryExecutionIds: items.map(({ id }) => id), ...next };
    },
    GetQueryResults: (input) => getQueryResults(input, ports),
    GetQueryRuntimeStatistics: (input) =>
      runtimeStatistics(ports.executions.get(input.text("QueryExecutionId"))),
    GetWorkGroup: (input): GetWorkGroupOutput => ({
      WorkGroup: describeWorkgroup(findWorkgroup(input.text("WorkGroup"), ports)),
    }),
    ListWorkGroups: (input) => {
      const { items, next } = page(ports.workgroups, input, MAX_EXECUTIONS, invalidRequest);
      return {
        WorkGroups: items.map(({ name }) => ({
          Name: name,
          State: "ENABLED",
          EngineVersion: ENGINE_VERSION,
        })),
        ...next,
      };
    },
    ListNamedQueries: (input) => {
      const { name } = workgroupOf(input, ports);
      const queries = ports.namedQueries.filter(({ workgroup }) => workgroup === name);
      const { items, next } = page(queries, input, MAX_EXECUTIONS, invalidRequest);
      return { NamedQueryIds: items.map(namedQueryId), ...next };
    },
    GetNamedQuery: (input) => {
      const id = input.text("NamedQueryId");
      const query = findNamedQuery(id, ports);
      if (!query) throw invalidRequest(`NamedQuery ${id} was not found`);
      return { NamedQuery: query };
    },
    BatchGetNamedQuery: (input) => {
      const found = input.texts("NamedQueryIds").map((id) => ({ id, query: findNamedQuery(id, ports) }));
      return {
        NamedQueries: found.flatMap(({ query }) => query ?? []),
        UnprocessedNamedQueryIds: found
          .filter(({ query }) => !query)
          .map(({ id }) => ({
            NamedQueryId: id,
            ErrorCode: "NOT_FOUND",
            ErrorMessage: `NamedQuery ${id} was not found`,
          })),
      };
    },
    ListDataCatalogs: () => ({ DataCatalogsSummary: [{ CatalogName: CATALOG_NAME, Type: "GLUE" }] }),
    ListDatabases: (input) => {
      assertCatalog(input);
      const { items, next } = page(ports.catalog.databaseNames(), input, MAX_EXECUTIONS, invalidRequest);
      return { DatabaseList: items.map((Name): Database => ({ Name })), ...next };
    },
    GetDatabase: (input) => {
      assertCatalog(input);
      const Name = input.text("DatabaseName");
      if (!ports.catalog.hasDatabase(Name)) throw metadataError(`Database ${Name} not found`);
      return { Database: { Name: Name.toLowerCase() } };
    },
    ListTableMetadata: (input) => {
      assertCatalog(input);
      const expression = input.optionalText("Expression");
      const pattern = new RegExp(expression === undefined ? "" : `^(?:${expression})$`);
      const tables = ports.catalog
        .tablesOf(input.text("DatabaseName"))
        .filter(({ name }) => pattern.test(name));
      const { items, next } = page(tables, input, MAX_EXECUTIONS, invalidRequest);
      return { TableMetadataList: items.map(describeTable), ...next };
    },
    GetTableMetadata: (input) => {
      assertCatalog(input);
      const [database, name] = [input.text("DatabaseName"), input.text("TableName")];
      const table = ports.catalog.findTable(database, name);
      if (!table) throw metadataError(`Table ${database}.${name} not found`);
      return { TableMetadata: describeTable(table) };
    },
  };
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]): [string, Operation] => [
      `AmazonAthena.${name}`,
      (input) => operation(new Input(input, invalidRequest)),
    ]),
  );
}

function startQueryExecution(input: Input, ports: AthenaPorts) {
  const sql = input.text("QueryString");
  if (sql.trim() === "") throw invalidRequest("Query string is empty", "EMPTY_QUERY");
  if (Buffer.byteLength(sql) > MAX_QUERY_BYTES) {
    throw invalidRequest(`Query string is longer than ${MAX_QUERY_BYTES} bytes`, "QUERY_TOO_LONG");
  }
  if (input.texts("ExecutionParameters").length > 0) {
    throw invalidRequest(
      "ExecutionParameters are not supported by the local run; write the values into the query",
    );
  }
  const workgroup = workgroupOf(input, ports);
  const context = input.optionalObject("QueryExecutionContext");
  const catalog = context?.optionalText("Catalog");
  if (catalog !== undefined && catalog.toLowerCase() !== CATALOG_NAME.toLowerCase()) {
    throw invalidRequest(`Catalog ${catalog} was not found; the local run has ${CATALOG_NAME}`);
  }
  const database = context?.optionalText("Database");
  const statement = parseStatement(sql);
  refuseLocationUnderEnforcement(statement, workgroup);
  const client = input.optionalObject("ResultConfiguration")?.optionalText("OutputLocation");
  const outputFolder = outputFolderOf(workgroup, client);
  const kind = statementClass(statement);
  const id = ports.executions.start(
    {
      sql,
      workgroup: workgroup.name,
      ...(database !== undefined && { database }),
      outputFolder,
      statement: kind,
      outputLocation: (queryId) => `${outputFolder}${resultName(statement, queryId)}`,
    },
    input.optionalText("ClientRequestToken"),
  );
  return { QueryExecutionId: id };
}

function resultName({ kind }: SqlStatement, id: string): string {
  if (kind === "create table as") return `tables/${id}`;
  return kind === "select" || kind === "refused" ? `${id}.csv` : `${id}.txt`;
}

function statementClass({ kind }: SqlStatement): StatementClass {
  switch (kind) {
    case "select":
      return { type: "DML", subtype: "SELECT" };
    case "create table as":
      return { type: "DDL", subtype: "CREATE_TABLE_AS_SELECT" };
    case "drop table":
    case "refused":
      return { type: "DDL", subtype: kind === "refused" ? "UNKNOWN" : "DROP_TABLE" };
    default:
      return { type: "UTILITY", subtype: kind.toUpperCase().replaceAll(" ", "_") };
  }
}

/** A workgroup that enforces its settings decides where everything goes, so a CTAS must not. */
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

function outputFolderOf(workgroup: WorkgroupModel, client: string | undefined): string {
  const location = workgroup.enforced
    ? (workgroup.outputLocation ?? client)
    : (client ?? workgroup.outputLocation);
  if (location === undefined) {
    throw invalidRequest(
      "No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.",
    );
  }
  if (!parseS3Url(location)) throw invalidRequest(`outputLocation is not a valid S3 path: ${location}`);
  return location.endsWith("/") ? location : `${location}/`;
}

function workgroupOf(input: Input, ports: AthenaPorts): WorkgroupModel {
  return findWorkgroup(input.optionalText("WorkGroup") ?? PRIMARY_WORKGROUP, ports);
}

/** Every account has a workgroup `primary`, with no settings of its own. */
function findWorkgroup(name: string, { workgroups }: AthenaPorts): WorkgroupModel {
  const found = workgroups.find((workgroup) => workgroup.name === name);
  if (found) return found;
  if (name === PRIMARY_WORKGROUP) return { address: PRIMARY_WORKGROUP, name, enforced: false };
  throw invalidRequest(`WorkGroup ${name} is not found.`);
}

function describe(execution: QueryExecution): AthenaQueryExecution {
  const { id, request, state, reason, submittedAt, startedAt, completedAt, scannedBytes } = execution;
  const end = completedAt ?? Date.now();
  return {
    QueryExecutionId: id,
    Query: request.sql,
    StatementType: request.statement.type,
    SubstatementType: request.statement.subtype,
    ResultConfiguration: { OutputLocation: request.outputLocation(id) },
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
      ...(state === "FAILED" && { AthenaError: athenaError(reason ?? "") }),
    },
    Statistics: {
      DataScannedInBytes: scannedBytes,
      EngineExecutionTimeInMillis: startedAt === undefined ? 0 : end - startedAt,
      QueryQueueTimeInMillis: (startedAt ?? end) - submittedAt,
      TotalExecutionTimeInMillis: end - submittedAt,
      ResultReuseInformation: { ReusedPreviousResult: false },
    },
    WorkGroup: request.workgroup,
    EngineVersion: ENGINE_VERSION,
  };
}

/** Category 1 is the system's fault, 2 the user's. */
function athenaError(reason: string) {
  const system = reason.startsWith("GENERIC_INTERNAL_ERROR");
  return {
    ErrorCategory: system ? 1 : 2,
    ErrorType: system ? 0 : 1000,
    Retryable: false,
    ErrorMessage: reason,
  };
}

async function getQueryResults(input: Input, ports: AthenaPorts): Promise<GetQueryResultsOutput> {
  const execution = ports.executions.get(input.text("QueryExecutionId"));
  const { answer, state, request, id } = execution;
  if (!answer) {
    throw invalidRequest(
      state === "QUEUED" || state === "RUNNING"
        ? `Query has not yet finished. Current state: ${state}`
        : `Query did not finish successfully. Final query state: ${state}`,
    );
  }
  const limit = input.optionalInteger("MaxResults", 1, MAX_RESULTS) ?? MAX_RESULTS;
  const token = input.optionalText("NextToken") ?? "0";
  if (!/^\d+$/.test(token)) throw invalidRequest(`NextToken ${token} is not one of ours`);
  const { rows, next } = answer.rows
    ? pageOf(answer.rows, Number(token), limit)
    : await readCsvPage(resultPath(request.outputLocation(id), ports), Number(token), limit);
  return {
    UpdateCount: answer.updateCount ?? 0,
    ResultSet: {
      Rows: rows.map(describeRow),
      ResultSetMetadata: { ColumnInfo: answer.columns.map(describeColumn) },
    },
    ...(next !== undefined && { NextToken: String(next) }),
  };
}

function pageOf(rows: readonly (readonly Cell[])[], start: number, limit: number) {
  const end = start + limit;
  return { rows: rows.slice(start, end), ...(end < rows.length && { next: end }) };
}

/** The result is read where it was stored: who deletes it there has deleted it. */
function resultPath(location: string, { objects }: AthenaPorts): string {
  const place = parseS3Url(location);
  const file = place && objects.list(place.bucket, place.key).find(({ key }) => key === place.key);
  if (!file) throw invalidRequest(`Could not find results: ${location} does not exist`);
  return file.path;
}

function describeRow(cells: readonly Cell[]): Row {
  return { Data: cells.map((cell) => (cell === null ? {} : { VarCharValue: cell })) };
}

function describeColumn({ name, type, precision, scale }: ResultColumn) {
  return {
    CatalogName: "hive",
    SchemaName: "",
    TableName: "",
    Name: name,
    Label: name,
    Type: type,
    Precision: precision,
    Scale: scale,
    Nullable: "UNKNOWN" as const,
    CaseSensitive: type === "varchar" || type === "string",
  };
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

function describeWorkgroup({
  name,
  enforced,
  outputLocation,
  bytesScannedCutoff,
}: WorkgroupModel): WorkGroup {
  return {
    Name: name,
    State: "ENABLED",
    Configuration: {
      EnforceWorkGroupConfiguration: enforced,
      ...(outputLocation !== undefined && { ResultConfiguration: { OutputLocation: outputLocation } }),
      ...(bytesScannedCutoff !== undefined && { BytesScannedCutoffPerQuery: bytesScannedCutoff }),
      EngineVersion: ENGINE_VERSION,
    },
  };
}

function findNamedQuery(id: string, { namedQueries }: AthenaPorts): NamedQuery | undefined {
  const query = namedQueries.find((candidate) => namedQueryId(candidate) === id);
  if (!query) return undefined;
  return {
    NamedQueryId: id,
    Name: query.name,
    Database: query.database,
    QueryString: query.sql,
    WorkGroup: query.workgroup,
  };
}

function assertCatalog(input: Input): void {
  const name = input.text("CatalogName");
  if (name.toLowerCase() !== CATALOG_NAME.toLowerCase()) throw metadataError(`Catalog ${name} not found`);
}

function describeTable({
  name,
  columns,
  partitionKeys,
  parameters,
  createdAt,
  location,
}: CatalogTable): TableMetadata {
  const column = ({ name: Name, type: Type }: { name: string; type: string }): Column => ({ Name, Type });
  return {
    Name: name,
    CreateTime: new Date(createdAt),
    TableType: "EXTERNAL_TABLE",
    Columns: columns.map(column),
    PartitionKeys: partitionKeys.map(column),
    Parameters: { ...parameters, location },
  };
}

function metadataError(message: string): AwsError {
  return new AwsError("MetadataException", message);
}
