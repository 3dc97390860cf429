import type { Line } from "./lines";
/** Which layer refused a line. */
type Layer = "batch" | "speed";
/** A row of the quarantine table, as the function writes it. */
export interface QuarantineEntry {
    readonly record_id: string;
    readonly arrived_at: string;
    readonly layer: Layer;
    readonly reason: string;
    readonly detail: string;
    /** The bytes of the line, base64. */
    readonly original: string;
}
/** The columns of the quarantine table, with their comments in the catalog. */
export declare const QUARANTINE_COLUMNS: readonly [{
    readonly name: "record_id";
    readonly type: "string";
    readonly comment: "Place of the line in the stream";
}, {
    readonly name: "arrived_at";
    readonly type: "timestamp";
    readonly comment: "When the stream took the record, UTC";
}, {
    readonly name: "layer";
    readonly type: "string";
    readonly comment: "Which layer refused the line: batch or speed";
}, {
    readonly name: "reason";
    readonly type: "string";
    readonly comment: "Code of the reason";
}, {
    readonly name: "detail";
    readonly type: "string";
    readonly comment: "Explanation of the reason";
}, {
    readonly name: "original";
    readonly type: "string";
    readonly comment: "The line's bytes, base64";
}];
/** Puts a quarantine object: the function's S3 client, or a fake. */
export type PutObject = (key: string, body: string) => Promise<void>;
/** The part of a line that the quarantine stores. */
export type IdentifiedLine = Pick<Line, "recordId" | "arrivedAt" | "original">;
/** The row for a line that `layer` refused. */
export declare function quarantineEntry(line: IdentifiedLine, layer: Layer, reason: string, detail: string): QuarantineEntry;
/**
 * Writes the entries of one invocation as JSON lines: one object, or several for many entries, so that memory stays
 * bounded. A key comes from the object's content, so a retried invocation writes the same objects again.
 */
export declare class QuarantineWriter {
    private readonly prefix;
    private readonly put;
    private rows;
    private bytes;
    private first;
    /** @param prefix such as `quarantine/` */
    constructor(prefix: string, put: PutObject);
    /** Rejects when an object cannot be written: the caller must then not acknowledge the lines. */
    add(entry: QuarantineEntry): Promise<void>;
    /** Writes the remaining entries. Rejects like {@link add}. */
    flush(): Promise<void>;
}
/** Writes entries through a {@link QuarantineWriter}. */
export declare function writeQuarantine(entries: readonly QuarantineEntry[], prefix: string, put: PutObject): Promise<void>;
export {};
