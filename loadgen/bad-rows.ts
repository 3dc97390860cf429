import type { BadRow } from "./source";

/** Rows that are named one by one; the report counts all of them by reason. */
const NAMED_ROWS = 20;

/** A listener for refused rows that names the first of them. @param say writes a line */
export function namesBadRows(say: (text: string) => void): (row: BadRow) => void {
  let count = 0;
  return ({ number, fault, remedy }) => {
    count++;
    if (count <= NAMED_ROWS)
      say(`line ${number}: not sent: ${fault}${remedy === undefined ? "" : ` (${remedy})`}`);
    if (count === NAMED_ROWS + 1) say("more rows are refused; the report has their counts by reason");
  };
}
