/** Kinds of nodes that mean the same in Athena's SQL and in DuckDB's, provided that their content does. */
export const STRUCTURE: ReadonlySet<string> = new Set([
  // Queries.
  ...["subquery", "union", "except", "intersect", "values", "tuple", "paren", "alias"],
  // Values.
  ...["column", "boolean", "null", "array_func", "interval"],
  // Conditions.
  ...[
    "and",
    "or",
    "not",
    "is_null",
    "is_true",
    "is_false",
    "like",
    "exists",
    "null_safe_eq",
    "null_safe_neq",
  ],
  ...["any", "all", "case", "coalesce"],
  // Arithmetic.
  ...["mul", "neg"],
  // Windows.
  ...["window_function", "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "n_tile"],
  ...["lag", "lead", "first_value", "last_value", "nth_value"],
  "unnest",
]);

/** Types of literals that both read alike, as the parser names them. */
export const LITERALS: ReadonlySet<string> = new Set(["string", "number", "date", "timestamp"]);

/** Aggregate functions that give the same result. */
export const AGGREGATES: ReadonlySet<string> = new Set([
  ...["sum", "min", "max", "array_agg", "any_value", "count_if", "logical_and", "logical_or"],
  ...["stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp"],
]);

/** Types that a CAST may name, as the parser spells them. */
export const DATA_TYPES: ReadonlySet<string> = new Set([
  ...["boolean", "tiny_int", "small_int", "int", "big_int", "float", "double", "decimal"],
  ...["var_char", "date", "timestamp"],
]);

export const WHOLE_TYPES: ReadonlySet<string> = new Set(["tiny_int", "small_int", "int", "big_int"]);

/** Members of nodes that only other dialects use, or that the local SQL lacks. */
export const UNUSED_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  select: [
    ...["lateral_views", "qualify", "distribute_by", "cluster_by", "sort_by", "distinct_on", "top", "sample"],
    ...["hint", "connect", "into", "locks"],
  ],
  table: ["version", "only", "final_", "hints", "table_sample", "when"],
  cast: ["double_colon_syntax", "format"],
  star: ["except", "replace", "rename"],
  unnest: ["with_ordinality", "offset_alias"],
  like: ["quantifier"],
  union: ["by_name", "corresponding", "strict"],
  in: ["unnest", "is_field"],
};
