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
import { type Contract, defineContract } from "../../contract/define";
import { PARTITION_COLUMNS, storedColumns } from "../../contract/stored-columns";

/** Names that an engine reserves or spells in another way, or that a file may spell otherwise. */
const AWKWARD = [
  ...[
    "Select",
    "order",
    "Group",
    "at",
    "end",
    "Desc",
    "offset",
    "user",
    "table",
    "Date",
    "timestamp",
    "value",
  ],
  ...[
    "x",
    "line",
    "json",
    "filename",
    "file",
    "m",
    "r",
    "contents",
    "held",
    "All",
    "lambda",
    "qualify",
    "pivot",
  ],
  ...["c__1", "A", "current_date", "localtime", "interval", "true", "null", "rowid", "index", "type"],
  ...["properties", "hits", "constructor", "Customer_ID"],
];

const EVENT_TIME = "happened";
const TAKEN: readonly string[] = [
  ...storedColumns([]).map(({ field }) => field),
  ...PARTITION_COLUMNS,
  EVENT_TIME,
];

const kind = fc.oneof(
  fc.constantFrom<ColumnType>(text(), text().search("words"), integer(), bigint(), double(), boolean()),
  fc.constantFrom<ColumnType>(timestamp(), timestamp({ format: "iso" })),
  fc
    .tuple(fc.integer({ min: 1, max: 18 }), fc.nat())
    .map(([precision, scale]): ColumnType => decimal(precision, scale % (precision + 1))),
);
const column = fc
  .tuple(kind, fc.boolean())
  .map(([type, isOptional]) => (isOptional ? type.optional() : type));
const name = fc
  .oneof(fc.stringMatching(/^[A-Za-z]\w{0,20}$/), fc.constantFrom(...AWKWARD))
  .filter((field) => !TAKEN.includes(field.toLowerCase()));

/** Contracts of any kinds of columns in any order. @param others number of columns beside the event time */
export function contractsOf(
  others: Pick<fc.ArrayConstraints, "minLength" | "maxLength" | "size">,
): fc.Arbitrary<Contract> {
  return fc
    .tuple(
      fc.uniqueArray(fc.tuple(name, column), { ...others, selector: ([field]) => field.toLowerCase() }),
      fc.constantFrom("seconds", "iso"),
      fc.nat(),
    )
    .map(([others, format, place]) => {
      const columns = [...others];
      columns.splice(place % (columns.length + 1), 0, [EVENT_TIME, timestamp({ format })]);
      return defineContract({ name: "any", eventTime: EVENT_TIME, columns: Object.fromEntries(columns) });
    });
}

/** Contracts of 1 to 100 columns, mostly of few. */
export const anyContract = contractsOf({ maxLength: 99 });

/** One column of every kind, each also optional. */
export const everyKind = defineContract({
  name: "every_kind",
  eventTime: "happened",
  columns: {
    meter_id: text(),
    note: text().optional().search("words"),
    site: text().optional(),
    order: integer(),
    opt_integer: integer().optional(),
    serial: bigint(),
    opt_serial: bigint().optional(),
    ratio: double(),
    opt_ratio: double().optional(),
    amount: decimal(18, 4),
    opt_amount: decimal(4, 4).optional(),
    is_valid: boolean(),
    opt_valid: boolean().optional(),
    happened: timestamp({ format: "iso" }),
    installed: timestamp().optional(),
  },
});
