import { type LineValues, valueIn } from "../../contract/checksum";
import { type Column, NUMBER_KINDS } from "../../contract/column";
import { plainDigits } from "../../contract/exact-number";
import { quotedColumn } from "../../contract/glue-columns";
import type { RunTimeContract } from "../../contract/variable";
import type { ResultRow } from "./result-csv";

/** A sum over lines. */
export interface Measure {
  /** What the sum is called. */
  readonly name: string;
  /** Columns of numbers; their product is summed. */
  readonly product: readonly [string, ...string[]];
  /** Digits behind the point that are shown. @default all of an exact sum, 12 digits in all of a sum of doubles */
  readonly decimals?: number;
}

/** What a reconciliation sums up for a person, in each data source. No conclusion is drawn from it. */
export interface Summary {
  /** Text column; its values divide the lines into groups. @default one group, `all` */
  readonly groupBy?: string;
  readonly measures: readonly Measure[];
}

/**
 * The number of lines of one group, `rows`, and its measures by name; an exact sum that a double would round is the
 * text of its digits.
 */
export type GroupSums = Readonly<Record<string, number | string>>;

/** Sums by group. */
export type Sums = Readonly<Record<string, GroupSums>>;

/** The only group where there is no column to group by. */
const ALL = "all";
/** Digits that a sum of doubles has in common in every layer: the order of its terms moves the others. */
const DIGITS_OF_DOUBLES = 12;

/** The sum of each column of numbers, over all lines. */
export function totals({ columns }: RunTimeContract): Summary {
  const numbers = columns.filter(({ kind }) => NUMBER_KINDS.some((one) => one === kind));
  return { measures: numbers.map(({ field }) => ({ name: `sum(${field})`, product: [field] })) };
}

/** Sums up lines of a contract, by SQL or one by one. */
export class Summariser {
  private readonly measures: readonly (Measure & { readonly factors: readonly Column[] })[];

  /** @throws RangeError when the contract has not the summary's columns */
  public constructor(
    { columns }: RunTimeContract,
    private readonly summary: Summary,
  ) {
    const columnOf = (field: string): Column => {
      const column = columns.find((one) => one.field === field);
      if (column === undefined) throw new RangeError(`the summary's ${field} is none of the columns`);
      return column;
    };
    if (summary.groupBy !== undefined) columnOf(summary.groupBy);
    this.measures = summary.measures.map((measure) => ({
      ...measure,
      factors: measure.product.map(columnOf),
    }));
  }

  /** Sums of a table, each line once, without its duplicates. @param where a condition with its keyword, or nothing */
  public sql(table: string, where: string): string {
    const { groupBy } = this.summary;
    const fields = new Set([
      ...(groupBy === undefined ? [] : [groupBy]),
      ...this.measures.flatMap(({ product }) => product),
    ]);
    const group = groupBy === undefined ? `'${ALL}'` : `coalesce(${quotedColumn(groupBy)}, '')`;
    const sums = this.measures.map(
      ({ factors }, at) => `, sum(${factors.map(factorSql).join(" * ")}) AS sum_${at}`,
    );
    const order = this.measures.length === 0 ? "line_count" : `sum_${this.measures.length - 1}`;
    return `SELECT ${group} AS group_name, count(*) AS line_count${sums.join("")}
FROM (SELECT DISTINCT record_id${[...fields].map((field) => `, ${quotedColumn(field)}`).join("")} FROM "${table}"${where}) AS lines
GROUP BY 1 ORDER BY ${order} DESC, 1`;
  }

  /** The group of a row of {@link sql}'s result. */
  public groupOf(row: ResultRow): readonly [group: string, GroupSums] {
    const sums = this.measures.map(
      (measure, at) => [measure.name, readSum(measure, row[`sum_${at}`] ?? "")] as const,
    );
    return [row["group_name"] ?? "", { rows: Number(row["line_count"]), ...Object.fromEntries(sums) }];
  }

  /** Sums of lines that are added one by one, as {@link sql} computes them. */
  public accumulate(): { add(line: LineValues): void; sums(): Sums } {
    const { groupBy } = this.summary;
    const groups = new Map<string, { rows: number; totals: Total[] }>();
    return {
      add: (line) => {
        const name = groupBy === undefined ? ALL : String(valueIn(line, groupBy) ?? "");
        const group = groups.get(name) ?? { rows: 0, totals: this.measures.map(totalOf) };
        groups.set(name, group);
        group.rows++;
        for (const total of group.totals) total.add(line);
      },
      sums: () =>
        Object.fromEntries(
          [...groups].map(([name, { rows, totals }]) => {
            const sums = this.measures.map(
              (measure, at) => [measure.name, readSum(measure, totals[at]?.text() ?? "")] as const,
            );
            return [name, { rows, ...Object.fromEntries(sums) }];
          }),
        ),
    };
  }
}

/** As a wide decimal: a sum of bigints, or a product of numbers of 18 digits, would overflow and fail the query. */
function factorSql(column: Column): string {
  const name = quotedColumn(column.field);
  return isDouble(column) ? name : `CAST(${name} AS decimal(19, ${scaleOf(column)}))`;
}

function scaleOf(column: Column): number {
  return column.kind === "decimal" ? column.scale : 0;
}

/** @param text of a sum, empty where no line has a value */
function readSum(
  { decimals, factors }: Measure & { readonly factors: readonly Column[] },
  text: string,
): number | string {
  const sum = Number(text);
  if (decimals !== undefined) return Number(sum.toFixed(decimals));
  if (factors.some(isDouble)) return Number(sum.toPrecision(DIGITS_OF_DOUBLES));
  const digits = plainDigits(text);
  return digits === undefined || plainDigits(String(sum)) === digits ? sum : digits;
}

function isDouble({ kind }: Column): boolean {
  return kind === "double";
}

/** A running sum. A line without one of the factors adds nothing. */
interface Total {
  add(line: LineValues): void;
  text(): string;
}

function totalOf({ factors }: { readonly factors: readonly Column[] }): Total {
  return factors.some(isDouble) ? doubleTotal(factors) : exactTotal(factors);
}

function doubleTotal(factors: readonly Column[]): Total {
  let sum = 0;
  return {
    add: (line) => {
      const values = factors.map(({ field }) => valueIn(line, field));
      if (!values.includes(null))
        sum += values.reduce<number>((product, value) => product * Number(value), 1);
    },
    text: () => String(sum),
  };
}

function exactTotal(factors: readonly Column[]): Total {
  const scales = factors.map(scaleOf);
  const scale = scales.reduce((sum, one) => sum + one, 0);
  let sum = 0n;
  return {
    add: (line) => {
      let product = 1n;
      for (const [at, { field }] of factors.entries()) {
        const value = scaled(String(valueIn(line, field) ?? ""), scales[at] ?? 0);
        if (value === undefined) return;
        product *= value;
      }
      sum += product;
    },
    text: () => {
      const digits = String(sum < 0n ? -sum : sum).padStart(scale + 1, "0");
      const point = digits.length - scale;
      const fraction = scale === 0 ? "" : `.${digits.slice(point)}`;
      return `${sum < 0n ? "-" : ""}${digits.slice(0, point)}${fraction}`;
    },
  };
}

/** A number as a multiple of 10^-scale; undefined for a text that is none. */
function scaled(text: string, scale: number): bigint | undefined {
  const [whole, fraction = ""] = plainDigits(text)?.split(".") ?? [];
  return whole === undefined || fraction.length > scale
    ? undefined
    : BigInt(whole + fraction.padEnd(scale, "0"));
}
