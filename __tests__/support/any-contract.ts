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

/** Words that SQL reserves, and names that a file may spell otherwise. */
const AWKWARD = [
  "order",
  "user",
  "Group",
  "timestamp",
  "select",
  "value",
  "hits",
  "constructor",
  "Customer_ID",
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
const name = fc.oneof(fc.stringMatching(/^[A-Za-z]\w{0,9}$/), fc.constantFrom(...AWKWARD));
const PIPELINE = ["record_id", "arrived_at", "extra", "year", "month", "day", "hour", "happened"];

/** Contracts of any kinds of columns in any order, 1 to 100 of them. */
export const anyContract: fc.Arbitrary<Contract> = fc
  .tuple(
    fc.uniqueArray(fc.tuple(name, column), {
      maxLength: 99,
      selector: ([field]) => field.toLowerCase(),
    }),
    fc.constantFrom("seconds", "iso"),
    fc.nat(),
  )
  .map(([others, format, place]) => {
    const columns = others.filter(([field]) => !PIPELINE.includes(field.toLowerCase()));
    columns.splice(place % (columns.length + 1), 0, ["happened", timestamp({ format })]);
    return defineContract({ name: "any", eventTime: "happened", columns: Object.fromEntries(columns) });
  });

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
