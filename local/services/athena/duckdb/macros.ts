/**
 * Trino's functions as DuckDB macros, where DuckDB has no function of that meaning or answers differently.
 * DuckDB evaluates `typeof` when it binds a query, so a check of it costs nothing per row. A branch of another
 * type would change the type of the whole expression, so the macro refuses a value whose type Trino keeps.
 */

const INTEGERS = "('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'INTEGER_LITERAL')";
const UNTYPED = `'"NULL"'`;
const BLANKS = "chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || ' '";
const WHOLE_NUMBER = "'[+-]?[0-9]+'";

/** A TIMESTAMP WITH TIME ZONE that keeps its zone, which DuckDB's own type does not. */
const ZONED = "STRUCT(instant TIMESTAMPTZ, wall TIMESTAMP)";
const HOUR = "([01][0-9]|2[0-3])";
const OFFSET = "[+-]((0[0-9]|1[0-3])(:?[0-5][0-9])?|14(:?00)?)";
const ISO_8601 = `'[0-9]{4}-[0-9]{2}-[0-9]{2}(T${HOUR}:[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|${OFFSET})?)?'`;
const ISO_OFFSET = "'(T.*?)(Z|[+-][0-9:]+)$'";
/** The form that a text needs to become a date or a timestamp; DuckDB accepts more. */
const DATE_TEXT = "[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}";
const TIMESTAMP_TEXT = `${DATE_TEXT}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]+)?)?)?`;

/** The JSON text `x` with each number in quotes; strings keep their quotes. */
export const NUMBERS_AS_TEXTS = String.raw`regexp_replace(x, '"((?:[^"\\]|\\.)*)"|(-?[0-9][0-9.eE+-]*)', '"\1\2"', 'g')`;

const isInteger = (x: string) => `typeof(${x}) IN ${INTEGERS}`;
const isFloat = (x: string) => `typeof(${x}) IN ('FLOAT', 'DOUBLE')`;
const isDecimal = (x: string) => `typeof(${x}) LIKE 'DECIMAL%'`;
const isNumber = (x: string) =>
  `(${isInteger(x)} OR ${isFloat(x)} OR ${isDecimal(x)} OR typeof(${x}) = ${UNTYPED})`;
const isText = (x: string) => `typeof(${x}) IN ('VARCHAR', ${UNTYPED})`;

/** A number in a text, as Java's BigDecimal reads it. */
const DECIMAL_TEXT = "'[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?'";
const isDecimalText = `(typeof(x) <> 'VARCHAR' OR x IS NULL OR regexp_full_match(CAST(x AS VARCHAR), ${DECIMAL_TEXT}))`;
const isBooleanText = `(typeof(x) <> 'VARCHAR' OR x IS NULL
    OR lower(CAST(x AS VARCHAR)) IN ('true', 'false', 't', 'f', '1', '0'))`;

/** `x` when the condition holds; else the query fails with the message, an SQL expression. */
const only = (condition: string, message: string) =>
  `CASE WHEN ${condition} THEN x ELSE error(${message}) END`;

const lacks = (what: string) => `'NOT_SUPPORTED: the SQL of the local run lacks ${what}'`;
const mismatch = (other: string) =>
  `'TYPE_MISMATCH: Cannot apply operator: ' || lower(typeof(x)) || ' and ${other}; CAST one of them'`;
const unexpected = (name: string) =>
  `'FUNCTION_NOT_FOUND: Unexpected parameters (' || lower(typeof(x)) || ') for function ${name}; CAST to varchar'`;

/** `x`, unless it is a text that does not match the pattern; then `otherwise`. */
const onlyText = (pattern: string, otherwise: string) => `CASE
    WHEN x IS NULL OR typeof(x) <> 'VARCHAR' OR regexp_full_match(CAST(x AS VARCHAR), ' *${pattern} *') THEN x ELSE ${otherwise} END`;
const uncastable = (type: string) =>
  `error('INVALID_CAST_ARGUMENT: Value cannot be cast to ${type}: ' || CAST(x AS VARCHAR))`;
/** Trino keeps the local time of a text that has a zone. */
const unlessZone = (otherwise: string) => `CASE
    WHEN regexp_full_match(CAST(x AS VARCHAR), ' *${DATE_TEXT} .*')
      THEN error(${lacks("CAST of a text with a time zone AS timestamp; use from_iso8601_timestamp")})
    ELSE ${otherwise} END`;

const MACROS: Readonly<Record<string, string>> = {
  // Trino compares texts with texts and numbers with numbers only; DuckDB casts.
  "athena_text(x)": only(isText("x"), mismatch("varchar")),
  "athena_number(x)": only(isNumber("x"), mismatch("a number")),
  "athena_concatenable(x)": only(`(${isText("x")} OR typeof(x) LIKE '%[]')`, unexpected("concat")),
  "athena_joinable(x)": `CASE WHEN ${isText("x")} THEN x
    WHEN typeof(x) LIKE '%[]' THEN error(${lacks("concat_ws of an array; use array_join")})
    ELSE error(${unexpected("concat_ws")}) END`,

  // A setting of the engine makes `/` divide whole numbers to whole numbers. Division by zero gives NULL in DuckDB.
  "athena_divide(a, b)": `CASE
    WHEN (${isDecimal("a")} AND NOT ${isFloat("b")}) OR (${isDecimal("b")} AND NOT ${isFloat("a")})
      THEN error(${lacks("the division of this expression; CAST it to double")})
    WHEN b = 0 AND ${isInteger("a")} AND ${isInteger("b")} THEN error('DIVISION_BY_ZERO: Division by zero')
    WHEN b = 0 THEN error(${lacks("the division of a double by zero; use NULLIF")})
    ELSE a / b END`,
  "athena_modulo(a, b)": `CASE
    WHEN b = 0 AND ${isFloat("b")} THEN error(${lacks("the remainder of a double by zero; use NULLIF")})
    WHEN b = 0 THEN error('DIVISION_BY_ZERO: Division by zero') ELSE a % b END`,
  // Of an expression whose type is not known by the query's text.
  "athena_averaged(x)": only(
    `NOT ${isDecimal("x")}`,
    lacks("the average of this expression; CAST it to double"),
  ),
  "athena_summed(x)": only(
    "typeof(x) <> 'BOOLEAN'",
    "'FUNCTION_NOT_FOUND: Unexpected parameters (boolean) for function sum'",
  ),
  "athena_percentile(x)": only(
    `NOT ${isDecimal("x")}`,
    lacks("approx_percentile of this expression; CAST it to double"),
  ),
  "athena_fraction(x)": only(
    `NOT ${isInteger("x")}`,
    lacks("ceil and floor of whole numbers; leave them out"),
  ),

  // Decimals. A quotient of whole numbers is rounded half away from zero. It is a list's element, so that the operands
  // are written once: an operand that is written ten times is bound ten times.
  "athena_unscaled(x, zeros)": `CASE
    WHEN x IS NULL THEN NULL
    WHEN TRY_CAST(replace(CAST(x AS VARCHAR), '.', '') || repeat('0', zeros) AS HUGEINT) IS NULL
      THEN error(${lacks("the division of decimals of so many digits; CAST one to double")})
    ELSE CAST(replace(CAST(x AS VARCHAR), '.', '') || repeat('0', zeros) AS HUGEINT) END`,
  "athena_rounded(n, d)": `CASE WHEN d = 0 THEN error('DIVISION_BY_ZERO: Division by zero')
    ELSE CAST(sign(n) * sign(d) * (abs(n) // abs(d)
      + CASE WHEN abs(n) % abs(d) >= abs(d) - abs(n) % abs(d) THEN 1 ELSE 0 END) AS DECIMAL(38, 0)) END`,
  "athena_quotient(a, b, zeros)": `list_transform(
    list_transform([{'a': a, 'b': b}], lambda q: {'n': athena_unscaled(q.a, zeros), 'd': athena_unscaled(q.b, 0)}),
    lambda q: athena_rounded(q.n, q.d))[1]`,

  "athena_round(x, n)": `round(${only(`NOT ${isDecimal("x")}`, lacks("round of this expression to a place; CAST it to double"))}, n)`,
  "athena_truncate(x)": `trunc(${only(isFloat("x"), lacks("truncate of anything but a double"))})`,

  // Casts: half is rounded away from zero, a text must be a number as a whole, timestamps have milliseconds.
  // Trino writes a double differently (2.95E0), which DuckDB cannot.
  "athena_whole(x)": `CASE
    WHEN typeof(x) = 'VARCHAR' AND NOT regexp_full_match(CAST(x AS VARCHAR), ${WHOLE_NUMBER})
      THEN error('INVALID_CAST_ARGUMENT: Cannot cast ''' || CAST(x AS VARCHAR) || ''' to a whole number')
    ELSE CAST(x AS DECIMAL(38, 0)) END`,
  "athena_try_whole(x)": `CASE
    WHEN typeof(x) = 'VARCHAR' AND NOT regexp_full_match(CAST(x AS VARCHAR), ${WHOLE_NUMBER}) THEN NULL
    ELSE TRY_CAST(x AS DECIMAL(38, 0)) END`,
  "athena_decimal_cast(x)": `CASE WHEN ${isDecimalText} THEN x
    ELSE error('INVALID_CAST_ARGUMENT: Cannot cast VARCHAR ''' || CAST(x AS VARCHAR) || ''' to a decimal. Value is not a number.') END`,
  "athena_try_decimal_cast(x)": `CASE WHEN ${isDecimalText} THEN x END`,
  // A double is cast by its digits, which needs its type to be known.
  "athena_not_float(x)": only(
    `NOT ${isFloat("x")}`,
    lacks("the CAST of this expression AS decimal; CAST it to varchar first"),
  ),
  "athena_boolean_cast(x)": `CASE WHEN ${isBooleanText} THEN x
    ELSE error('INVALID_CAST_ARGUMENT: Cannot cast ''' || CAST(x AS VARCHAR) || ''' to BOOLEAN') END`,
  "athena_try_boolean_cast(x)": `CASE WHEN ${isBooleanText} THEN x END`,
  "athena_spelled(x)": `CASE
    WHEN ${isDecimal("x")} AND starts_with(CAST(x AS VARCHAR), '.') THEN '0' || CAST(x AS VARCHAR)
    WHEN ${isDecimal("x")} AND starts_with(CAST(x AS VARCHAR), '-.') THEN '-0' || substr(CAST(x AS VARCHAR), 2)
    WHEN ${isText("x")} OR ${isInteger("x")} OR ${isDecimal("x")} OR typeof(x) IN ('BOOLEAN', 'DATE')
      THEN CAST(x AS VARCHAR)
    WHEN typeof(x) = 'TIMESTAMP' AND length(CAST(x AS VARCHAR)) = 19 THEN CAST(x AS VARCHAR) || '.000'
    WHEN typeof(x) = 'TIMESTAMP' THEN rpad(substr(CAST(x AS VARCHAR), 1, 23), 23, '0')
    ELSE error(${lacks("CAST of ' || lower(typeof(x)) || ' to varchar")}) END`,

  // Text: an index out of range gives an empty text or null; TRIM removes every kind of blank.
  "athena_trim(x)": `trim(x, ${BLANKS})`,
  "athena_ltrim(x)": `ltrim(x, ${BLANKS})`,
  "athena_rtrim(x)": `rtrim(x, ${BLANKS})`,
  "athena_substr(x, i)": "CASE WHEN i = 0 OR i < -length(x) THEN '' ELSE substr(x, i) END",
  "athena_substr_length(x, i, n)": "CASE WHEN i = 0 OR i < -length(x) THEN '' ELSE substr(x, i, n) END",
  "athena_split_part(x, delimiter, i)": `CASE
    WHEN i < 1 THEN error('INVALID_FUNCTION_ARGUMENT: Index must be greater than zero')
    ELSE list_extract(string_split(x, delimiter), i) END`,
  "athena_regexp_extract(x, pattern)":
    "CASE WHEN regexp_matches(x, pattern) THEN regexp_extract(x, pattern) END",
  "athena_regexp_extract_group(x, pattern, i)":
    "CASE WHEN regexp_matches(x, pattern) THEN regexp_extract(x, pattern, i) END",
  "athena_regexp_replace(x, pattern, y)": "regexp_replace(x, pattern, y, 'g')",
  "athena_regexp_remove(x, pattern)": "regexp_replace(x, pattern, '', 'g')",
  "athena_remove(x, y)": "replace(x, y, '')",
  // A text that is not JSON has no values. DuckDB reformats numbers: as texts they stay as they were written.
  "athena_json_extract(x, path)": "CASE WHEN json_valid(x) THEN json_extract(x, path) END",
  "athena_json_extract_scalar(x, path)": `CASE
    WHEN json_valid(x) AND json_type(x, path) NOT IN ('OBJECT', 'ARRAY', 'NULL')
      THEN json_extract_string(${NUMBERS_AS_TEXTS}, path) END`,

  // Time: a date stays a date in Trino and becomes a timestamp in DuckDB.
  "athena_instant(x)": only(
    "typeof(x) <> 'DATE'",
    lacks("arithmetic on a date column; CAST it AS date in place"),
  ),
  // A value with its own zone is computed with by its wall clock and compared by its instant. DuckDB binds a macro with
  // a typed parameter when it is defined, so such a macro comes after the macros that it calls.
  [`athena_wall(x ${ZONED})`]: "x.wall, (x) AS x",
  [`athena_utc(x ${ZONED})`]: "x.instant, (x) AS x",
  // Another instant in the zone of `x`.
  "athena_zoned(moved, x)": `CASE WHEN moved IS NOT NULL THEN
    {'instant': CAST(moved - (x.wall - CAST(x.instant AS TIMESTAMP)) AS TIMESTAMPTZ), 'wall': moved} END`,
  [`athena_plus(x ${ZONED}, i)`]: "athena_zoned(x.wall + i, x), (x, i) AS x + i",
  [`athena_minus(x ${ZONED}, i)`]: "athena_zoned(x.wall - i, x), (x, i) AS x - i",
  [`athena_date_trunc(unit, x ${ZONED})`]:
    "athena_zoned(date_trunc(unit, x.wall), x), (unit, x) AS date_trunc(unit, x)",
  "athena_date_diff(unit, x, y)": `CASE
    WHEN lower(unit) IN ('month', 'quarter', 'year') AND (typeof(x) LIKE 'STRUCT%' OR typeof(y) LIKE 'STRUCT%')
      THEN error(${lacks("date_diff in months of times with a zone; CAST them AS timestamp")})
    ELSE date_sub(unit, athena_utc(x), athena_utc(y)) END`,
  "athena_date_added(unit, n, x)": `x + CASE lower(unit)
    WHEN 'millisecond' THEN to_milliseconds(n) WHEN 'second' THEN to_seconds(n)
    WHEN 'minute' THEN to_minutes(n) WHEN 'hour' THEN to_hours(n)
    WHEN 'day' THEN to_days(CAST(n AS INTEGER)) WHEN 'week' THEN to_weeks(CAST(n AS INTEGER))
    WHEN 'month' THEN to_months(CAST(n AS INTEGER)) WHEN 'quarter' THEN to_months(CAST(3 * n AS INTEGER))
    WHEN 'year' THEN to_years(CAST(n AS INTEGER))
    ELSE error('INVALID_FUNCTION_ARGUMENT: ''' || unit || ''' is not a valid TIMESTAMP field') END`,
  [`athena_date_add(unit, n, x ${ZONED})`]:
    "athena_zoned(athena_date_added(unit, n, x.wall), x), (unit, n, x) AS athena_date_added(unit, n, x)",
  "athena_millisecond(x)": "millisecond(x) % 1000",
  // Digits finer than a millisecond are cut off.
  "athena_iso_wall(x)": `date_trunc('millisecond', CAST(regexp_replace(x, ${ISO_OFFSET}, '\\1') AS TIMESTAMP))`,
  "athena_timestamp_with_zone(x)": `CASE
    WHEN x IS NULL THEN NULL
    WHEN regexp_full_match(x, ${ISO_8601}) THEN {
      'instant': CAST(athena_iso_wall(x) - to_minutes(athena_offset_minutes(regexp_extract(x, ${ISO_OFFSET}, 2))) AS TIMESTAMPTZ),
      'wall': athena_iso_wall(x) }
    ELSE error(${lacks("from_iso8601_timestamp of ''' || x || '''")}) END`,
  // Accepts Z, +hh, +hhmm, +hh:mm or no offset.
  "athena_offset_minutes(x)": `CASE WHEN starts_with(x, '-') THEN -1 ELSE 1 END * (
    60 * CAST(substr(rpad(regexp_replace(x, '[^0-9]', '', 'g'), 4, '0'), 1, 2) AS INTEGER)
    + CAST(substr(rpad(regexp_replace(x, '[^0-9]', '', 'g'), 4, '0'), 3, 2) AS INTEGER))`,
  "athena_timestamp_cast(x)": onlyText(TIMESTAMP_TEXT, unlessZone(uncastable("timestamp"))),
  "athena_date_cast(x)": onlyText(DATE_TEXT, uncastable("date")),
  "athena_try_timestamp_cast(x)": onlyText(TIMESTAMP_TEXT, unlessZone("NULL")),
  "athena_try_date_cast(x)": onlyText(DATE_TEXT, "NULL"),
  "athena_date(x)": "CAST(athena_date_cast(x) AS DATE)",

  // Arrays: an index out of range is an error in brackets; a comparison with a NULL element is unknown.
  "athena_contains(x, y)": `CASE
    WHEN list_contains(x, y) THEN true WHEN len(x) > list_aggregate(x, 'count') THEN NULL
    ELSE list_contains(x, y) END`,
  "athena_element_at(x, i)": `CASE
    WHEN i = 0 THEN error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1') ELSE list_extract(x, i) END`,
  "athena_subscript(x, i)": `CASE
    WHEN i BETWEEN 1 AND len(x) THEN list_extract(x, i)
    WHEN x IS NULL OR i IS NULL THEN NULL
    ELSE error('INVALID_FUNCTION_ARGUMENT: Array subscript must be from 1 to the length of the array') END`,

  // Digests are bytes in Trino, text in DuckDB.
  "athena_md5(x)": "unhex(md5(x))",
  "athena_sha1(x)": "unhex(sha1(x))",
  "athena_sha256(x)": "unhex(sha256(x))",
};

/** The statements that define the macros. */
export const MACRO_DEFINITIONS: readonly string[] = Object.entries(MACROS).map(
  ([signature, body]) => `CREATE MACRO ${signature} AS ${body}`,
);
