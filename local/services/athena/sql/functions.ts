/** The DuckDB call for a function of Trino. */
interface FunctionRule {
  /** Name of DuckDB's function or of a macro; by number of arguments where that decides. */
  readonly call: string | Readonly<Record<number, string>>;
  /** Fewest and most arguments. */
  readonly arguments: readonly [number, number];
}

const rule = (call: FunctionRule["call"], least: number, most = least): FunctionRule => ({
  call,
  arguments: [least, most],
});

/**
 * The functions that the local SQL supports, by Trino's name. Each was compared with Trino's documentation. Any
 * other is refused, because it might differ, and because DuckDB has functions that read files.
 */
export const FUNCTIONS: Readonly<Record<string, FunctionRule>> = {
  abs: rule("abs", 1),
  acos: rule("acos", 1),
  approx_percentile: rule("quantile_disc", 2),
  arbitrary: rule("any_value", 1),
  array_join: rule("array_to_string", 2),
  cardinality: rule("len", 1),
  cbrt: rule("cbrt", 1),
  ceil: rule("ceil", 1),
  ceiling: rule("ceil", 1),
  chr: rule("chr", 1),
  codepoint: rule("ord", 1),
  concat_ws: rule("concat_ws", 2, 99),
  contains: rule("athena_contains", 2),
  corr: rule("corr", 2),
  cos: rule("cos", 1),
  covar_pop: rule("covar_pop", 2),
  covar_samp: rule("covar_samp", 2),
  current_date: rule("today", 0),
  current_timestamp: rule("now", 0),
  date: rule("athena_date", 1),
  date_diff: rule("date_sub", 3),
  day: rule("day", 1),
  day_of_month: rule("day", 1),
  day_of_week: rule("isodow", 1),
  day_of_year: rule("dayofyear", 1),
  degrees: rule("degrees", 1),
  dow: rule("isodow", 1),
  doy: rule("dayofyear", 1),
  element_at: rule("athena_element_at", 2),
  exp: rule("exp", 1),
  floor: rule("floor", 1),
  from_base64: rule("from_base64", 1),
  from_hex: rule("unhex", 1),
  from_iso8601_date: rule("athena_date", 1),
  from_iso8601_timestamp: rule("athena_timestamp_with_zone", 1),
  from_unixtime: rule("to_timestamp", 1),
  from_utf8: rule("decode", 1),
  geometric_mean: rule("geomean", 1),
  hour: rule("hour", 1),
  is_finite: rule("isfinite", 1),
  is_infinite: rule("isinf", 1),
  is_nan: rule("isnan", 1),
  json_extract: rule("athena_json_extract", 2),
  json_extract_scalar: rule("athena_json_extract_scalar", 2),
  last_day_of_month: rule("last_day", 1),
  length: rule("length", 1),
  levenshtein_distance: rule("levenshtein", 2),
  ln: rule("ln", 1),
  log: rule("log", 2),
  log10: rule("log10", 1),
  log2: rule("log2", 1),
  lower: rule("lower", 1),
  lpad: rule("lpad", 3),
  ltrim: rule("athena_ltrim", 1),
  max_by: rule("arg_max_null", 2),
  md5: rule("athena_md5", 1),
  millisecond: rule("athena_millisecond", 1),
  min_by: rule("arg_min_null", 2),
  minute: rule("minute", 1),
  mod: rule("athena_modulo", 2),
  month: rule("month", 1),
  now: rule("now", 0),
  nullif: rule("nullif", 2),
  pi: rule("pi", 0),
  pow: rule("pow", 2),
  power: rule("pow", 2),
  quarter: rule("quarter", 1),
  radians: rule("radians", 1),
  rand: rule("random", 0),
  random: rule("random", 0),
  regexp_extract: rule({ 2: "athena_regexp_extract", 3: "athena_regexp_extract_group" }, 2, 3),
  regexp_like: rule("regexp_matches", 2),
  regexp_replace: rule({ 2: "athena_regexp_remove", 3: "athena_regexp_replace" }, 2, 3),
  replace: rule({ 2: "athena_remove", 3: "replace" }, 2, 3),
  reverse: rule("reverse", 1),
  round: rule({ 1: "round", 2: "athena_round" }, 1, 2),
  rpad: rule("rpad", 3),
  rtrim: rule("athena_rtrim", 1),
  second: rule("second", 1),
  sequence: rule("generate_series", 2, 3),
  sha1: rule("athena_sha1", 1),
  sha256: rule("athena_sha256", 1),
  sin: rule("sin", 1),
  split: rule("string_split", 2),
  split_part: rule("athena_split_part", 3),
  sqrt: rule("sqrt", 1),
  starts_with: rule("starts_with", 2),
  strpos: rule("strpos", 2),
  substr: rule({ 2: "athena_substr", 3: "athena_substr_length" }, 2, 3),
  substring: rule({ 2: "athena_substr", 3: "athena_substr_length" }, 2, 3),
  tan: rule("tan", 1),
  to_base64: rule("to_base64", 1),
  to_hex: rule("hex", 1),
  to_unixtime: rule("epoch", 1),
  to_utf8: rule("encode", 1),
  trim: rule("athena_trim", 1),
  truncate: rule("athena_truncate", 1),
  upper: rule("upper", 1),
  week: rule("week", 1),
  week_of_year: rule("week", 1),
  year: rule("year", 1),
  year_of_week: rule("isoyear", 1),
  yow: rule("isoyear", 1),
};

/** Functions that the parser represents as their own nodes: Trino's name and the members with the arguments. */
export const FUNCTION_NODES: Readonly<Record<string, { name: string; members: readonly string[] }>> = {
  ...Object.fromEntries(
    [
      ...[
        "abs",
        "acos",
        "array_distinct",
        "cardinality",
        "ceil",
        "cos",
        "day",
        "day_of_month",
        "day_of_week",
      ],
      ...["day_of_year", "degrees", "exp", "floor", "hour", "length", "ln", "lower", "minute", "month"],
      ...["quarter", "radians", "second", "sin", "sqrt", "tan", "upper", "week_of_year", "year", "round"],
    ].map((name) => [name, { name, members: ["this"] }]),
  ),
  contains: { name: "contains", members: ["this", "expression"] },
  element_at: { name: "element_at", members: ["this", "expression"] },
  json_extract: { name: "json_extract", members: ["this", "path"] },
  json_extract_scalar: { name: "json_extract_scalar", members: ["this", "path"] },
  // The parser's LOG(base, x) holds x first.
  log: { name: "log", members: ["base", "this"] },
  mod_func: { name: "mod", members: ["this", "expression"] },
  pi: { name: "pi", members: [] },
  power: { name: "power", members: ["this", "expression"] },
  rand: { name: "rand", members: [] },
  random: { name: "random", members: [] },
  round: { name: "round", members: ["this", "decimals"] },
  starts_with: { name: "starts_with", members: ["this", "expression"] },
  str_position: { name: "strpos", members: ["this", "substr"] },
  substring: { name: "substring", members: ["this", "start", "length"] },
};

/** Fields of EXTRACT, as the parser spells them, with the function for each. */
export const EXTRACT_FIELDS: Readonly<Record<string, string>> = {
  Year: "year",
  Quarter: "quarter",
  Month: "month",
  Week: "week",
  Day: "day",
  DayOfWeek: "day_of_week",
  DayOfYear: "day_of_year",
  Hour: "hour",
  Minute: "minute",
  Second: "second",
};

/** Functions that rewrite-functions.ts rewrites by name, aggregate and window functions. */
const OTHER_FUNCTIONS = [
  ...["coalesce", "concat", "date_add", "date_format", "date_parse", "date_trunc", "greatest", "if", "least"],
  ...["any_value", "approx_distinct", "array_agg", "avg", "bool_and", "bool_or", "count", "count_if", "every", "max", "min"],
  ...["stddev", "stddev_pop", "stddev_samp", "sum", "var_pop", "var_samp", "variance"],
  ...["cume_dist", "dense_rank", "first_value", "lag", "last_value", "lead", "nth_value", "ntile", "percent_rank", "rank"],
  "row_number",
];

/** Trino's names of all functions that a query may call. The parser knows others under the same node, such as `ifnull`. */
export const FUNCTION_NAMES: ReadonlySet<string> = new Set([...Object.keys(FUNCTIONS), ...OTHER_FUNCTIONS]);
