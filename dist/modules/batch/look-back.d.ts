/** Hours that a merge looks back for late objects. */
export declare function lookBackHours(streamRetentionHours: number): number;
