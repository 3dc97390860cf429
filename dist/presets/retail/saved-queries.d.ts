import type { SavedQuery } from "../../modules/batch/saved-queries";
/** The lab's queries about sales. */
export declare const retailQueries: readonly SavedQuery[];
