/** Result of unpacking a record. */
type Unpacked = {
    readonly kind: "plain";
}
/** It begins like an aggregated record but is incomplete: it is treated like any other record. */
 | {
    readonly kind: "broken";
    readonly fault: string;
}
/** Data of its user records, in their order: views of the record, without a copy. */
 | {
    readonly kind: "aggregated";
    readonly userRecords: readonly Uint8Array[];
};
/** Unpacks a record of the stream. Time and memory are linear in its length; a user record in it is not unpacked again. */
export declare function unpackAggregate(data: Uint8Array): Unpacked;
export {};
