import { text as textOf } from "node:stream/consumers";
import { Command, Option } from "commander";
import { integerBetween } from "../../lib/arguments";
import { addHelp, ending, programName, runCommand } from "../../lib/command";
import { counted } from "../../lib/counted";
import { EXIT, type ExitCode, UsageError } from "../../lib/exit";
import { isInterrupted } from "../../lib/interrupt";
import { OperatorError } from "../../lib/operator-error";
import { outputWidth, resultTable } from "../../lib/result-table";
import { addRunOrTargetOptions, type RunOrTargetFlags, runOrTargetOf } from "../target/run";
import { clientsOf } from "../target/target";
import { csvText } from "./csv";
import { errorPosition } from "./error-position";
import { QueryFailed, type QueryResult, runQueryOfCommand } from "./execution";

interface Options extends RunOrTargetFlags {
  readonly maxRows: number;
  readonly csv: boolean;
  readonly json: boolean;
}

/** Rows of a table; more would scroll away. */
const TABLE_ROWS = 200;

const say = (message: string): void => void process.stderr.write(`${message}\n`);

async function run(given: string, options: Options): Promise<ExitCode> {
  const sql = given === "-" ? await textOf(process.stdin) : given;
  if (sql.trim() === "") throw new UsageError("the SQL is empty");
  const { target } = await runOrTargetOf(options, say);
  if (target.analysts === undefined)
    throw new OperatorError(`${target.name} has no batch layer: there is no SQL`);
  const { athena } = clientsOf(target);
  try {
    await show(await runQueryOfCommand({ athena, ...target.analysts }, sql), options);
    return EXIT.ok;
  } catch (error) {
    if (isInterrupted()) return EXIT.interrupted;
    if (!(error instanceof QueryFailed)) throw error;
    const position = errorPosition(sql, error.message);
    throw new OperatorError(position === undefined ? error.message : `${position}\n${error.message}`);
  } finally {
    athena.destroy();
  }
}

async function show(
  { columns, parts, scannedBytes, milliseconds }: QueryResult,
  options: Options,
): Promise<void> {
  const names = columns.map(({ name }) => name);
  const write = (text: string): void => void process.stdout.write(`${text}\n`);
  let count = 0;
  if (options.csv) {
    write(csvText([names]));
    for await (const rows of parts) {
      if (rows.length > 0) write(csvText(rows));
      count += rows.length;
    }
  } else if (options.json) {
    // An object a line, so that a large result needs no memory.
    for await (const rows of parts) {
      for (const row of rows)
        write(JSON.stringify(Object.fromEntries(names.map((name, at) => [name, row[at] ?? null]))));
      count += rows.length;
    }
  } else {
    const shown: (readonly (string | null)[])[] = [];
    for await (const rows of parts) {
      count += rows.length;
      shown.push(...rows.slice(0, options.maxRows - shown.length));
      if (count > options.maxRows) break;
    }
    write(resultTable(columns, shown, outputWidth()));
    if (count > options.maxRows) {
      say(`the first ${counted(options.maxRows, "row")}: --max-rows, or --csv for all`);
      count = options.maxRows;
    }
  }
  const seconds = (milliseconds / 1_000).toFixed(1);
  say(`${counted(count, "row")}, ${scannedBytes.toLocaleString("en")} bytes scanned, ${seconds} s`);
}

const PROGRAM = programName(__filename, "npm run query --", "retail-bi query");

const program = addRunOrTargetOptions(
  new Command(PROGRAM)
    .argument("<sql>", "a statement of Athena's SQL; - reads it from standard input")
    .description(
      "Runs SQL as an analyst would: in the workgroup and database of a local run, or of a deployed system.",
    ),
)
  .addOption(
    new Option("--csv", "print CSV: every row; NULL is an empty field").default(false).conflicts("json"),
  )
  .option("--json", "print a JSON object a row, cells as texts: every row", false)
  .addOption(
    new Option("--max-rows <rows>", "most rows of a table")
      .argParser(integerBetween(1, 100_000))
      .default(TABLE_ROWS)
      .conflicts(["csv", "json"]),
  )
  .action(ending(run));

addHelp(program, {
  codes: {
    0: "the statement succeeded",
    1: "it failed, or an error",
    130: "interrupted: the query is stopped",
  },
  notes: "A table is as wide as the terminal; --csv and --json cut nothing.",
  examples: [
    '"SELECT country, count(*) AS line_count FROM retail_trans_json GROUP BY country"',
    '--csv "SELECT * FROM ctas_retail_trans_parquet" > lines.csv',
  ],
});

void runCommand(program);
