import { RecordJudge } from "./lines";
import { retailTransaction } from "./retail-transaction";

/** Judges records of sales. */
export const retailJudge = new RecordJudge(retailTransaction.columns);
