import type { TerraformVariable } from "cdktf";
import type { Construct } from "constructs";
import type { Column, Kind } from "../contract/column";
import {
  type Contract,
  FIELD,
  GLUE_CHARACTERS,
  INDEX,
  INDEX_CHARACTERS,
  INDEX_FIELDS,
  NAME,
} from "../contract/define";
import { glueColumns } from "../contract/glue-columns";
import { PARTITION_COLUMNS, storedColumns } from "../contract/stored-columns";
import { contractVariable } from "../contract/variable";
import { ZONES } from "../modules/batch/zones";
import { TEMPORARY_TABLE_PREFIX } from "../modules/naming";
import { WRITER_ROLE } from "../modules/speed/search-setup";
import { ifGiven, local, variable } from "./module-variables";

/** A contract that the caller of a module gives, and what follows from it in HCL. */
export interface ModuleContract {
  /**
   * The contract for the constructs. Its names are references; it has no columns, so its variable is the event time alone,
   * which refers to the variable of the whole contract.
   */
  readonly contract: Contract;
  /** First part of every physical name. */
  readonly prefix: string;
  /** Blocks of the columns of a table, in their order. */
  readonly columnBlocks: object;
  /** Names of the columns of a table, separated by commas. */
  readonly columnNames: string;
  /** The WHERE clause that leaves out the lines of the smoke test. */
  readonly smokeFilter: string;
}

/** The kinds that have no digits. */
const KINDS = {
  text: { kind: "text", search: "exact" },
  integer: { kind: "integer" },
  bigint: { kind: "bigint" },
  double: { kind: "double" },
  boolean: { kind: "boolean" },
  timestamp: { kind: "timestamp", format: "seconds" },
} as const satisfies Readonly<Record<string, Kind>>;
const WORDS: Kind = { kind: "text", search: "words" };
const ISO: Kind = { kind: "timestamp", format: "iso" };

const COLUMN_TYPE =
  'list(object({ name = string, kind = string, precision = optional(number), scale = optional(number), format = optional(string, "seconds"), search = optional(string, "exact"), required = optional(bool, true), comment = optional(string, "") }))';

const named = (name: string) =>
  `can(regex("${NAME.source}", ${name})) && length(${name}) <= ${GLUE_CHARACTERS}`;
/** The value of a variable, or what follows from the contract's name, in HCL. */
const orElse = (variable: string, byDefault: string) => `${variable} == null ? ${byDefault} : ${variable}`;
const TABLES = {
  raw: orElse("var.tables.raw", '"${var.name}_json"'),
  merged: orElse("var.tables.merged", '"${var.name}_parquet"'),
  quarantine: orElse("var.tables.quarantine", '"${var.name}_quarantine"'),
} as const;
const INDEX_NAME = orElse("var.index", 'replace(var.name, "_", "-")');
const PREFIX = orElse("var.prefix", 'replace(var.name, "_", "")');
const every = (condition: string) => `alltrue([for c in var.columns : ${condition}])`;

/** Adds the variables of a contract, and the locals that follow from them. */
export function moduleContract(scope: Construct): ModuleContract {
  const name = addVariables(scope);
  const text = (name: string, expression: string) => local(scope, name, expression).asString;
  const columns = `concat([for c in var.columns : { name = lower(c.name), type = ${glueTypeExpression()}, comment = c.comment }], ${hclObjects(glueColumns([]))})`;
  local(scope, "table_columns", columns);
  const contract: Contract = {
    name: name.stringValue,
    tables: {
      raw: text("raw_table", TABLES.raw),
      merged: text("merged_table", TABLES.merged),
      quarantine: text("quarantine_table", TABLES.quarantine),
    },
    index: text("index", INDEX_NAME),
    parquetFolder: text("parquet_folder", orElse("var.parquet_folder", '"parquet-${var.name}/"')),
    readerRole: text("reader_role", orElse("var.reader_role", '"${var.name}_reader"')),
    eventTime: text("contract", contractExpression()),
    smoke: {},
    columns: [],
  };
  return {
    contract,
    prefix: text("prefix", PREFIX),
    columnBlocks: {
      columns: {
        for_each: "${local.table_columns}",
        content: {
          name: "${columns.value.name}",
          type: "${columns.value.type}",
          comment: "${columns.value.comment}",
        },
      },
    },
    columnNames: text("column_names", 'join(",", local.table_columns[*].name)'),
    smokeFilter: text("smoke_filter", smokeExpression()),
  };
}

function hclObjects(columns: readonly object[]): string {
  return `[${columns
    .map((column) => {
      const members = Object.entries(column).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
      return `{ ${members.join(", ")} }`;
    })
    .join(", ")}]`;
}

/** What {@link contractVariable} writes for a kind. */
function kindText(kind: Kind): string {
  const column: Column = { field: "x", required: false, comment: "", ...kind };
  return contractVariable({ eventTime: "", columns: [column] }).slice(",x:".length);
}

function hclMap(texts: (kind: Kind) => string): string {
  const members = Object.entries(KINDS).map(([name, kind]) => `${name} = "${texts(kind)}"`);
  return `{ ${members.join(", ")} }`;
}

function contractExpression(): string {
  const kind = [
    'c.kind == "decimal" ? format("d%d.%d", c.precision, c.scale)',
    `c.kind == "text" && c.search == "words" ? "${kindText(WORDS)}"`,
    `c.kind == "timestamp" && c.format == "iso" ? "${kindText(ISO)}"`,
    `${hclMap(kindText)}[c.kind]`,
  ].join(" : ");
  return `join(",", concat([var.event_time], [for c in var.columns : format("%s:%s%s", c.name, ${kind}, c.required ? "!" : "")]))`;
}

function glueTypeExpression(): string {
  const glueType = (kind: Kind): string =>
    glueColumns([{ field: "x", required: false, comment: "", ...kind }])[0]?.type ?? "";
  return `c.kind == "decimal" ? format("decimal(%d,%d)", c.precision, c.scale) : ${hclMap(glueType)}[c.kind]`;
}

/** As `smokeFilter` of the constructs writes it. */
function smokeExpression(): string {
  const name = '"\\"${lower(k)}\\""';
  const kind = "one([for c in var.columns : c.kind if c.name == k])";
  const none = `${kind} == "text" ? "coalesce(\${${name}}, '') = ''" : "\${${name}} IS NULL"`;
  const quoted = `"'\${replace(tostring(v), "'", "''")}'"`;
  const literal = `${kind} == "text" ? ${quoted} : ${kind} == "timestamp" ? "TIMESTAMP \${${quoted}}" : tostring(v)`;
  const condition = `v == null || try(tostring(v), "") == "" ? (${none}) : "\${${name}} = \${${literal}}"`;
  return `length(var.smoke) == 0 ? "" : " WHERE NOT coalesce(\${join(" AND ", [for k, v in var.smoke : ${condition}])}, false)"`;
}

/** Whether a value `v` of a smoke test is of a kind; the values of types other than texts convert to themselves only. */
const SMOKE_VALUES = [
  "text = try(tostring(v) == v, false)",
  "integer = try(tonumber(v) == v && floor(v) == v && v >= -2147483648 && v <= 2147483647, false)",
  // JSON has no whole number of 64 bits: it is a text.
  'bigint = try(tonumber(v) == v && floor(v) == v, false) || can(regex("^-?[0-9]+$", v))',
  "double = try(tonumber(v) == v, false)",
  "decimal = try(tonumber(v) == v, false)",
  "boolean = try(tobool(v) == v, false)",
  `timestamp = can(regex("^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$", v)) && can(formatdate("YYYY", "\${replace(v, " ", "T")}Z"))`,
].join(", ");

function addVariables(scope: Construct): TerraformVariable {
  const reserved = [...storedColumns([]).map(({ field }) => field), ...PARTITION_COLUMNS];
  const words = (texts: readonly string[]) => texts.map((text) => `"${text}"`).join(", ");
  const nameRule = `lower-case letters, digits and underscores are allowed, a letter first, at most ${GLUE_CHARACTERS}`;
  const kinds = [...Object.keys(KINDS), "decimal"];
  const name = variable(scope, "name", "string", "Name of the contract; the other names follow from it", [
    [named("var.name"), nameRule],
  ]);
  variable(
    scope,
    "prefix",
    "string",
    "First part of every physical name. Without it, the contract's name without underscores",
    [
      [
        `can(regex("^[a-z][a-z0-9]{1,19}$", ${PREFIX}))`,
        "2 to 20 lower-case letters and digits are allowed, a letter first; without it, name without underscores must be so",
      ],
    ],
    { default: null },
  );
  variable(
    scope,
    "event_time",
    "string",
    "The required timestamp column by which the index is divided into months, and which panels and queries use",
    [
      [
        'anytrue([for c in var.columns : c.name == var.event_time && c.kind == "timestamp" && c.required])',
        "the name of a required timestamp among columns is allowed",
      ],
    ],
  );
  variable(
    scope,
    "columns",
    COLUMN_TYPE,
    `What a producer sends, in table order. kind is one of ${kinds.join(", ")}; precision and scale are for decimal, format (seconds or iso) for timestamp, search (exact or words) for text`,
    [
      ["length(var.columns) > 0", "at least one column is needed"],
      [
        every(`can(regex("${FIELD.source}", c.name)) && length(c.name) <= ${GLUE_CHARACTERS}`),
        `each name has letters, digits and underscores, a letter first, at most ${GLUE_CHARACTERS}`,
      ],
      [
        every(`!contains([${words(reserved)}], lower(c.name))`),
        `none of the pipeline's own columns may be named: ${reserved.join(", ")}`,
      ],
      [
        "length(distinct([for c in var.columns : lower(c.name)])) == length(var.columns)",
        "names must differ by more than their case",
      ],
      [every(`contains([${words(kinds)}], c.kind)`), `each kind is one of ${kinds.join(", ")}`],
      [
        every(
          'c.kind != "decimal" || try(floor(c.precision) == c.precision && c.precision >= 1 && c.precision <= 18 && floor(c.scale) == c.scale && c.scale >= 0 && c.scale <= c.precision, false)',
        ),
        "a decimal has a precision from 1 to 18, and a scale from 0 to its precision",
      ],
      [
        every('c.kind == "decimal" || (c.precision == null && c.scale == null)'),
        "only a decimal has precision and scale",
      ],
      [
        every('contains(["seconds", "iso"], c.format) && (c.kind == "timestamp" || c.format == "seconds")'),
        "format is seconds or iso, and only of a timestamp",
      ],
      [
        every('contains(["exact", "words"], c.search) && (c.kind == "text" || c.search == "exact")'),
        "search is exact or words, and only of a text",
      ],
      [
        every(`length(c.comment) <= ${GLUE_CHARACTERS}`),
        `each comment has at most ${GLUE_CHARACTERS} characters`,
      ],
      [
        `length(var.columns) + length([for c in var.columns : c if c.search == "words"]) + ${storedColumns([]).length} <= ${INDEX_FIELDS}`,
        `the index takes ${INDEX_FIELDS} fields, and a text searched by words takes two`,
      ],
    ],
  );
  variable(
    scope,
    "tables",
    "object({ raw = optional(string), merged = optional(string), quarantine = optional(string) })",
    "Names of the tables. Without them, name with _json, _parquet and _quarantine",
    [
      [
        `alltrue([for t in [${Object.values(TABLES).join(", ")}] : can(regex("${NAME.source}", t)) && length(t) <= ${GLUE_CHARACTERS} && !startswith(t, "${TEMPORARY_TABLE_PREFIX}")])`,
        `${nameRule}; ${TEMPORARY_TABLE_PREFIX} may not begin a name, because a merge deletes such tables`,
      ],
      [`length(distinct([${Object.values(TABLES).join(", ")}])) == 3`, "three different names are needed"],
    ],
    { default: {} },
  );
  variable(
    scope,
    "index",
    "string",
    "First part of the indices' names. Without it, name with dashes",
    [
      [
        `can(regex("${INDEX.source}", ${INDEX_NAME})) && length(${INDEX_NAME}) <= ${INDEX_CHARACTERS}`,
        `lower-case letters, digits, underscores and dashes are allowed, a letter or digit first, at most ${INDEX_CHARACTERS}`,
      ],
    ],
    { default: null },
  );
  variable(
    scope,
    "parquet_folder",
    "string",
    "Folder of the Parquet files in the lake, ending in a slash. Without it, parquet-NAME/",
    [
      [
        ifGiven(
          "var.parquet_folder",
          `can(regex("^[A-Za-z0-9_-]+/$", var.parquet_folder)) && length(var.parquet_folder) <= ${GLUE_CHARACTERS} && !anytrue([for z in [${words(Object.values(ZONES))}] : startswith(z, var.parquet_folder)])`,
        ),
        `letters, digits, underscores and dashes with a slash behind them are allowed, and none of ${Object.values(ZONES).join(", ")}`,
      ],
    ],
    { default: null },
  );
  variable(
    scope,
    "reader_role",
    "string",
    "Role of the search domain that may read the indices. Without it, NAME_reader",
    [
      [ifGiven("var.reader_role", named("var.reader_role")), nameRule],
      [`var.reader_role != "${WRITER_ROLE}"`, `${WRITER_ROLE} is the role of the writers`],
    ],
    { default: null },
  );
  variable(
    scope,
    "smoke",
    "any",
    "Values, by column, that mark the lines of a smoke test; panels and saved queries leave them out",
    [
      [
        "alltrue([for k, v in var.smoke : contains(var.columns[*].name, k)])",
        "each key is the name of one of columns",
      ],
      [
        `alltrue([for k, v in var.smoke : v == null ? true : try({ ${SMOKE_VALUES} }[one([for c in var.columns : c.kind if c.name == k])], false)])`,
        "each value is of its column's kind, or null",
      ],
      [
        'length([for c in var.columns : c if c.format == "iso" && contains(keys(var.smoke), c.name)]) == 0',
        "none is of a timestamp of the format iso",
      ],
    ],
    { default: {} },
  );
  return name;
}
