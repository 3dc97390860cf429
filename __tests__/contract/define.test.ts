import fc from "fast-check";
import {
  bigint,
  boolean,
  type ColumnType,
  decimal,
  double,
  integer,
  text,
  timestamp,
} from "../../contract/column";
import { type ContractDefinition, defineContract, type RecordOf } from "../../contract/define";
import { contractVariable, parseContractVariable } from "../../contract/variable";

const readings = defineContract({
  name: "meter_readings",
  eventTime: "read_at",
  columns: {
    meter_id: text({ comment: "Number of the meter" }),
    reading_kwh: decimal(12, 3),
    read_at: timestamp({ format: "iso" }),
    site: text().optional().search("words"),
    estimated: boolean().optional(),
  },
});

const reading: RecordOf<typeof readings> = {
  meter_id: "m1",
  reading_kwh: 1.5,
  read_at: "2026-11-28T10:00:00Z",
};
// @ts-expect-error a required column is missing
const incomplete: RecordOf<typeof readings> = { meter_id: reading.meter_id, reading_kwh: 1.5 };

function faultsOf(columns: Record<string, ColumnType>, more: object = {}): string {
  const definition = { name: "n", eventTime: "at", columns: { at: timestamp(), ...columns }, ...more };
  try {
    defineContract(definition as ContractDefinition<typeof columns>);
  } catch (error) {
    return String(error);
  }
  return "none";
}

describe("defineContract", () => {
  it("names everything by a rule", () => {
    expect(incomplete).not.toHaveProperty("read_at");
    expect(readings).toMatchObject({
      tables: {
        raw: "meter_readings_json",
        merged: "meter_readings_parquet",
        quarantine: "meter_readings_quarantine",
      },
      index: "meter-readings",
      parquetFolder: "parquet-meter_readings/",
      readerRole: "meter_readings_reader",
    });
    expect(readings.columns.map(({ field, kind, required }) => [field, kind, required])).toEqual([
      ["meter_id", "text", true],
      ["reading_kwh", "decimal", true],
      ["read_at", "timestamp", true],
      ["site", "text", false],
      ["estimated", "boolean", false],
    ]);
  });

  it("takes each name that is given", () => {
    const { tables, index } = defineContract({
      name: "sales",
      tables: { merged: "sales_all" },
      index: "shop",
      eventTime: "at",
      columns: { at: timestamp() },
    });
    expect(tables).toEqual({ raw: "sales_json", merged: "sales_all", quarantine: "sales_quarantine" });
    expect(index).toBe("shop");
  });

  it.each([
    ["a reserved name", { Year: integer() }, 'column "Year" has a name of the pipeline\'s own columns'],
    ["the column of what is unknown", { extra: text() }, 'column "extra" has a name'],
    ["case", { Site: text(), site: text() }, 'column "site" differs from "Site" by case only'],
    ["a dot", { "a.b": text() }, 'column "a.b" is named otherwise'],
    ["an underscore first", { _id: text() }, 'column "_id" is named otherwise'],
    ["a long name", { ["x".repeat(256)]: text() }, "has a name of 256 characters"],
    [
      "a long comment",
      { a: text({ comment: "x".repeat(256) }) },
      'column "a" has a comment of 256 characters',
    ],
    ["too many digits", { a: decimal(19, 2) }, 'column "a" is a decimal of 19 digits'],
    [
      "a scale beyond the precision",
      { a: decimal(4, 5) },
      'column "a" is a decimal with 5 digits behind the point',
    ],
  ])("refuses a column for %s", (_, columns, fault) => {
    expect(faultsOf(columns)).toContain(fault);
  });

  it("names all faults at once", () => {
    const faults = faultsOf(
      { _a: text(), b: decimal(0, 0) },
      { eventTime: "b", smoke: { c: 1 }, index: "A" },
    );
    for (const part of [
      '"_a"',
      '"b" is a decimal of 0',
      'event time "b"',
      'smoke test\'s "c"',
      'the index "A"',
    ]) {
      expect(faults).toContain(part);
    }
  });

  it("refuses more columns than an index takes", () => {
    const columns = Object.fromEntries(Array.from({ length: 997 }, (_, at) => [`c${at}`, text()]));
    expect(faultsOf(columns)).toContain("the index would have 1001 fields");
  });

  it("refuses an optional event time", () => {
    expect(faultsOf({ later: timestamp().optional() }, { eventTime: "later" })).toContain(
      "no required timestamp",
    );
  });
});

describe("the contract as a variable", () => {
  it("is readable", () => {
    expect(contractVariable(readings)).toBe(
      "read_at,meter_id:t!,reading_kwh:d12.3!,read_at:z!,site:t~,estimated:b",
    );
  });

  it("comes back as it was, comments excepted", () => {
    const kind = fc.oneof(
      fc.constantFrom<ColumnType>(text(), text().search("words"), integer(), bigint(), double(), boolean()),
      fc.constantFrom<ColumnType>(timestamp(), timestamp({ format: "iso" })),
      fc.integer({ min: 1, max: 18 }).chain((p) => fc.integer({ min: 0, max: p }).map((s) => decimal(p, s))),
    );
    const column = fc
      .tuple(kind, fc.boolean())
      .map(([type, optional]) => (optional ? type.optional() : type));
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[A-Za-z]\w{0,9}$/), column, { maxKeys: 100 }),
        (columns) => {
          const named = Object.fromEntries(
            Object.entries(columns).map(([name, type], at) => [`c${at}_${name}`, type]),
          );
          const contract = defineContract({
            name: "n",
            eventTime: "at",
            columns: { at: timestamp(), ...named },
          });
          expect(parseContractVariable(contractVariable(contract))).toEqual({
            eventTime: "at",
            columns: contract.columns,
          });
        },
      ),
    );
  });

  it("of a hundred columns leaves half of Lambda's 4 KB to other variables", () => {
    const columns = Object.fromEntries(Array.from({ length: 99 }, (_, at) => [`column_name_${at}`, text()]));
    const contract = defineContract({ name: "n", eventTime: "at", columns: { at: timestamp(), ...columns } });
    expect(contractVariable(contract).length).toBeLessThan(2048);
  });

  it.each([
    ["at,at:s!,b:q", '"b:q"'],
    ["at,at:s", '"at"'],
    ["at", '"at"'],
    ["", '""'],
    ["at,at:s!,", '""'],
  ])("refuses %j", (variable, part) => {
    expect(() => parseContractVariable(variable)).toThrow(part);
  });
});
