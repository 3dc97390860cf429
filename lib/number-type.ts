/** Whether a column's type, as Athena names it, is one of numbers; an interval is none. */
export function isNumberType(type: string): boolean {
  return /^(tinyint|smallint|int|integer|bigint|double|float|real|decimal)\b/.test(type);
}
