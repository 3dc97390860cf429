/**
 * Numbering of the user records of an aggregated record in the transformation's request. AWS documents that Firehose
 * unpacks them before the transformation, but not how it numbers them: `ordered` counts from 0; the others
 * are alternatives that it might use.
 */
export const NUMBERINGS = ["ordered", "empty", "constant", "from-one"] as const;

export type Numbering = (typeof NUMBERINGS)[number];
