import { copyFileSync, createReadStream, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  CreateTableCommand,
  EntityNotFoundException,
  GetTableCommand,
  type GlueClient,
} from "@aws-sdk/client-glue";
import { ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { DataPlane, Service } from "../../../local/plan/data-plane";
import type { SqlEngine } from "../../../local/services/athena/engine";
import { Executions } from "../../../local/services/athena/executions";
import { queryOperations } from "../../../local/services/athena/queries";
import { queryRunner } from "../../../local/services/athena/query-runner";
import { getQueryResults } from "../../../local/services/athena/results";
import { loadParser } from "../../../local/services/athena/sql/sql-parser";
import type { TableHome } from "../../../local/services/athena/statements/create-table-as";
import { Workgroups } from "../../../local/services/athena/workgroups";
import { SERIALIZATIONS } from "../../../local/services/glue/serialization";
import { invalidRequest, notLocal } from "../../../local/services/protocol/errors";
import { jsonProtocol, operationsOf } from "../../../local/services/protocol/json-protocol";
import { openShell } from "../../../local/services/protocol/shell";
import type { ObjectFiles } from "../../../local/services/s3/object-files";

export interface AthenaOptions {
  readonly plane: Pick<DataPlane, "databases" | "workgroups">;
  /** An engine that finds tables and files itself, in the same catalog and the same buckets. */
  readonly engine: SqlEngine;
  readonly glue: GlueClient;
  readonly s3: S3Client;
  /** Absolute path; stores results. */
  readonly folder: string;
}

/**
 * The local Athena service on a foreign catalog and foreign buckets: those of the AWS API stand-in,
 * whose own Athena returns canned answers. It stores a query's result in the stand-in's bucket, and the table of a CTAS in its
 * catalog.
 */
export async function startAthena(options: AthenaOptions): Promise<Service & { readonly url: string }> {
  const { plane, engine, glue, s3, folder } = options;
  await loadParser();
  const results = new ResultFiles(join(folder, "kept"));
  const workgroups = new Workgroups(plane.workgroups);
  const executions = new Executions(
    queryRunner({
      engine,
      ...tableHome(plane, glue, s3),
      // The engine reads the catalog itself.
      tables: {
        hasDatabase: () => false,
        open: () => undefined,
        databaseNames: () => [],
        tablesOf: () => [],
      },
      aboutCatalog: ({ kind }) => {
        throw notLocal(kind, "ask Glue");
      },
      put: async (bucket, key, path) => {
        const ContentLength = statSync(path).size;
        const Body = createReadStream(path);
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body, ContentLength }));
        results.keep(bucket, key, path);
      },
      scratchDirectory: join(folder, "results"),
      scanLimit: (name) => workgroups.find(name)?.bytesScannedCutoff,
    }),
  );
  const shell = await openShell({
    name: "Athena service",
    ...jsonProtocol(
      operationsOf("AmazonAthena", invalidRequest, {
        ...queryOperations(executions, workgroups),
        ...workgroups.operations(),
        GetQueryResults: getQueryResults(executions, results),
      }),
    ),
  });
  return {
    url: shell.url,
    async close() {
      await executions.close();
      await shell.close();
    },
  };
}

/** Glue and S3 for a CTAS. */
function tableHome({ databases }: AthenaOptions["plane"], glue: GlueClient, s3: S3Client): TableHome {
  const { inputFormat, outputFormat, library } = SERIALIZATIONS.parquet;
  return {
    catalog: {
      hasDatabase: (name) => databases.includes(name.toLowerCase()),
      async findTable(DatabaseName, Name) {
        try {
          return (await glue.send(new GetTableCommand({ DatabaseName, Name }))).Table;
        } catch (error) {
          if (error instanceof EntityNotFoundException) return undefined;
          throw error;
        }
      },
      async createTable({ database, name, columns, location }) {
        await glue.send(
          new CreateTableCommand({
            DatabaseName: database,
            TableInput: {
              Name: name,
              TableType: "EXTERNAL_TABLE",
              Parameters: { EXTERNAL: "TRUE", classification: "parquet" },
              StorageDescriptor: {
                Columns: columns.map((column) => ({ Name: column.name, Type: column.type })),
                Location: location,
                InputFormat: inputFormat,
                OutputFormat: outputFormat,
                SerdeInfo: { SerializationLibrary: library },
              },
            },
          }),
        );
      },
    },
    objects: {
      async list(Bucket, Prefix) {
        return (await s3.send(new ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 1 }))).Contents ?? [];
      },
    },
  };
}

/** The stored result files, for the calls that page through them. */
class ResultFiles implements ObjectFiles {
  private readonly kept = new Map<string, string>();

  constructor(readonly directory: string) {
    mkdirSync(directory, { recursive: true });
  }

  keep(bucket: string, key: string, path: string): void {
    const copy = join(this.directory, String(this.kept.size));
    copyFileSync(path, copy);
    this.kept.set(`${bucket}/${key}`, copy);
  }

  list(bucket: string, key: string) {
    const path = this.kept.get(`${bucket}/${key}`);
    if (path === undefined) return [];
    const { size, mtimeMs } = statSync(path);
    return [{ key, path, size, lastModified: mtimeMs }];
  }
}
