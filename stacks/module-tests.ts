import { bigint, boolean, type Column, decimal, double, integer, text, timestamp } from "../contract/column";
import { type Contract, defineContract } from "../contract/define";
import { glueColumns } from "../contract/glue-columns";
import { retailTransaction } from "../contract/retail-transaction";
import { contractVariable } from "../contract/variable";
import { defaultQueries } from "../modules/batch/saved-queries";
import { NUMBERS } from "./module-variables";

/** A contract with every kind of column, and with values of a smoke test of every type. */
const EVERY_KIND = defineContract({
  name: "every_kind",
  eventTime: "Seen_At",
  smoke: { label: "it's", words: "", count: 0, big: 7, ratio: 0.5, amount: 1.25, isOpen: true },
  columns: {
    label: text({ comment: 'A "label"' }),
    words: text().optional().search("words"),
    count: integer(),
    big: bigint().optional(),
    ratio: double(),
    amount: decimal(18, 0),
    isOpen: boolean(),
    Seen_At: timestamp({ format: "iso" }),
    read_on: timestamp().optional(),
  },
});

/** Provider whose answers are made up, so that tests need no account. */
const MOCK = `mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-west-1" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}
`;

/** Variables that a module needs beside those of the contract. */
const NEEDED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  speed: {
    stream: { arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/readings", retention_hours: 24 },
    lake: {
      bucket_name: "readings-lake",
      key_arn: "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    },
    vpc_id: "vpc-0123456789abcdef0",
    private_subnet_ids: ["subnet-0123456789abcdef0"],
  },
};

/** A value that a variable refuses. */
type Refusal = readonly [name: string, value: unknown];

/** Variables whose rules name others: Terraform does not check them where one of the others is refused. */
const CHECKED_AFTER: Readonly<Record<string, readonly string[]>> = {
  event_time: ["columns"],
  smoke: ["columns"],
  tables: ["name"],
  prefix: ["name"],
  raw_retention_days: ["stream", "stream_retention_hours"],
  maximum_record_age_hours: ["stream", "stream_retention_hours"],
};

/** Values that the variables refuse, beside whole numbers out of range. */
const REFUSED: readonly Refusal[] = [
  ["name", "Readings"],
  ["name", "1st"],
  ["prefix", "x"],
  ["prefix", "with-dash"],
  ["event_time", "none_of_the_columns"],
  ["event_time", "label"],
  ["columns", [{ name: "1st", kind: "text" }]],
  ["columns", [{ name: "record_id", kind: "text" }]],
  ["columns", [{ name: "Hour", kind: "integer" }]],
  ["columns", [{ name: "a", kind: "float" }]],
  ["columns", [{ name: "a", kind: "decimal" }]],
  ["columns", [{ name: "a", kind: "decimal", precision: 19, scale: 0 }]],
  ["columns", [{ name: "a", kind: "decimal", precision: 4, scale: 5 }]],
  ["columns", [{ name: "a", kind: "text", precision: 4 }]],
  ["columns", [{ name: "a", kind: "timestamp", format: "millis" }]],
  ["columns", [{ name: "a", kind: "integer", search: "words" }]],
  ["columns", [{ name: "a", kind: "text", comment: "x".repeat(256) }]],
  ["columns", ["a", "A"].map((name) => ({ name, kind: "text" }))],
  [
    "columns",
    Array.from({ length: 100 }, (_, at) => ({ name: `column_number_${at}_of_a_hundred`, kind: "text" })),
  ],
  ["tables", { raw: "tmp_raw" }],
  ["tables", { raw: "one", merged: "one" }],
  ["tables", { raw: "Upper" }],
  ["index", "Upper"],
  ["parquet_folder", "no-slash"],
  ["parquet_folder", "json-data/"],
  ["reader_role", "Reader"],
  ["smoke", { unknown: "x" }],
  ["smoke", { Seen_At: "2026-01-01T00:00:00Z" }],
  ["key", { arn: "arn:aws:kms:eu-west-1:123456789012:alias/key" }],
  ["stream", { arn: "readings", retention_hours: 24 }],
  ["stream", { arn: "arn:aws:kinesis:eu-west-1:123456789012:stream/readings", retention_hours: 23 }],
  ["log_retention_days", 2],
  ["saved_queries", { one: { name: "", description: "", sql: "VALUES 1" } }],
  ["saved_queries", { one: { name: "one", description: "", sql: " " } }],
  ["panels", []],
  ["panels", [{ id: "One", title: "One", layer: "speed", chart: "bars" }]],
  ["panels", [{ id: "one", title: "One", layer: "speed", chart: "pie" }]],
  ["title", " "],
  ["instance_type", "m6g.large"],
  ["maximum_record_age_hours", 24],
  ["cidr", "10.20.0.0/20"],
  ["vpc_id", "network"],
  ["private_subnet_ids", []],
  ["lake", { bucket_name: "Upper", key_arn: "key" }],
];

/** The file of tests of a module, with what TypeScript derives from two contracts, and a refusal of each variable. */
export function moduleTests(module: string, variables: readonly string[]): Readonly<Record<string, string>> {
  return {
    "contract.tftest.hcl": `${MOCK}${[retailTransaction, EVERY_KIND]
      .map((contract) => contractRun(module, contract, variables))
      .join("")}`,
    "refusals.tftest.hcl": `${MOCK}\n${block("variables", { ...variablesOf(EVERY_KIND), ...NEEDED[module] })}${refusals(
      variables,
    ).join("")}`,
  };
}

/** A value as an expression of HCL. */
function hcl(value: unknown): string {
  return JSON.stringify(value).replaceAll(/([$%])\{/g, "$1$1{");
}

function block(header: string, members: Readonly<Record<string, unknown>>, indent = ""): string {
  const lines = Object.entries(members).map(([name, value]) => `${indent}  ${name} = ${hcl(value)}\n`);
  return `${indent}${header} {\n${lines.join("")}${indent}}\n`;
}

function columnOf({ field, ...column }: Column): object {
  const { search, format, ...others } = column as Column & { search?: string; format?: string };
  return {
    name: field,
    ...others,
    ...(search !== undefined && { search }),
    ...(format !== undefined && { format }),
  };
}

function variablesOf(contract: Contract): Readonly<Record<string, unknown>> {
  const { name, eventTime, tables, index, parquetFolder, readerRole, smoke, columns } = contract;
  return {
    name,
    prefix: "test",
    event_time: eventTime,
    columns: columns.map(columnOf),
    tables,
    index,
    parquet_folder: parquetFolder,
    reader_role: readerRole,
    smoke,
  };
}

function contractRun(module: string, contract: Contract, variables: readonly string[]): string {
  const isBatch = variables.includes("saved_queries");
  const isSpeed = variables.includes("panels");
  const text = (value: string) => hcl(value);
  const asserts: [condition: string, message: string][] = [];
  const equal = (expression: string, expected: string, what: string) =>
    asserts.push([`${expression} == ${text(expected)}`, what]);
  const environment = (name: string) => `aws_lambda_function.${name}.environment[0].variables`;
  if (isBatch) {
    equal(`${environment("validate_records_function")}.CONTRACT`, contractVariable(contract), "CONTRACT");
    const columns = glueColumns(contract.columns);
    equal(
      `${environment("merge_small_files_function")}.COLUMN_NAMES`,
      columns.map(({ name }) => name).join(","),
      "COLUMN_NAMES",
    );
    for (const table of ["catalog_raw", "catalog_parquet"]) {
      asserts.push([
        `jsonencode([for c in aws_glue_catalog_table.${table}.storage_descriptor[0].columns : [c.name, c.type, c.comment]]) == jsonencode(${hcl(columns.map(({ name, type, comment }) => [name, type, comment]))})`,
        `columns of ${table}`,
      ]);
    }
    // The order of the conditions of the smoke test is that of the names.
    const sorted = {
      ...contract,
      smoke: Object.fromEntries(Object.entries(contract.smoke).sort(([a], [b]) => (a < b ? -1 : 1))),
    };
    for (const { id, sql } of defaultQueries(sorted)) {
      const address = `saved_queries_${id.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase()}`;
      equal(`aws_athena_named_query.${address}.query`, sql, `query ${id}`);
    }
  }
  if (isSpeed) {
    equal(
      `${environment("upsert_to_es_function")}.CONTRACT`,
      contractVariable(contract),
      "CONTRACT of UpsertToES",
    );
    equal(`${environment("search_setup_function")}.ES_INDEX`, contract.index, "ES_INDEX");
    asserts.push([
      `jsondecode(aws_lambda_invocation.search_setup_dashboards_invocation.input).smoke == ${hcl(contract.smoke)}`,
      "smoke",
    ]);
  }
  const body = asserts.map(
    ([condition, message]) =>
      `  assert {\n    condition     = ${condition}\n    error_message = ${text(`${message} differs from that of TypeScript`)}\n  }\n`,
  );
  const given = block("variables", { ...variablesOf(contract), ...NEEDED[module] }, "  ");
  return `\nrun "${contract.name}" {\n  command = plan\n\n${given}\n${body.join("\n")}}\n`;
}

function refusals(variables: readonly string[]): string[] {
  const numbers = Object.entries(NUMBERS).flatMap(([name, { min, max }]) =>
    [min - 1, max + 1, min + 0.5].map((value) => [name, value] as const),
  );
  const rounds: Refusal[][] = [];
  for (const refusal of [...numbers, ...REFUSED].filter(([name]) => variables.includes(name))) {
    const round = rounds.find((one) => one.every((other) => areIndependent(other[0], refusal[0])));
    if (round) round.push(refusal);
    else rounds.push([refusal]);
  }
  return rounds.map((round, at) => {
    const given = block("variables", Object.fromEntries(round), "  ");
    const failing = round.map(([name]) => `    var.${name},\n`).join("");
    return `\nrun "refusals_${at + 1}" {\n  command = plan\n\n${given}\n  expect_failures = [\n${failing}  ]\n}\n`;
  });
}

function areIndependent(one: string, other: string): boolean {
  return one !== other && !CHECKED_AFTER[one]?.includes(other) && !CHECKED_AFTER[other]?.includes(one);
}
