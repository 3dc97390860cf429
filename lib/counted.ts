/** A number of things: `1 line`, `1,234 lines`. @param thing in the singular, whose plural ends in "s" */
export function counted(number: number, thing: string): string {
  return `${number.toLocaleString("en")} ${thing}${number === 1 ? "" : "s"}`;
}
