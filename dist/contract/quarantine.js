"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.QuarantineWriter = exports.QUARANTINE_COLUMNS = void 0;
exports.quarantineEntry = quarantineEntry;
exports.writeQuarantine = writeQuarantine;
const node_crypto_1 = require("node:crypto");
/** The columns of the quarantine table, with their comments in the catalog. */
exports.QUARANTINE_COLUMNS = [
    { name: "record_id", type: "string", comment: "Place of the line in the stream" },
    { name: "arrived_at", type: "timestamp", comment: "When the stream took the record, UTC" },
    { name: "layer", type: "string", comment: "Which layer refused the line: batch or speed" },
    { name: "reason", type: "string", comment: "Code of the reason" },
    { name: "detail", type: "string", comment: "Explanation of the reason" },
    { name: "original", type: "string", comment: "The line's bytes, base64" },
];
/** The row for a line that `layer` refused. */
function quarantineEntry(line, layer, reason, detail) {
    return {
        record_id: line.recordId,
        arrived_at: line.arrivedAt,
        layer,
        reason,
        detail,
        original: Buffer.from(line.original).toString("base64"),
    };
}
/** Bytes of entries that are collected for one object. */
const OBJECT_BYTES = 4 * 1024 * 1024;
/**
 * Writes the entries of one invocation as JSON lines: one object, or several for many entries, so that memory stays
 * bounded. A key comes from the object's content, so a retried invocation writes the same objects again.
 */
class QuarantineWriter {
    prefix;
    put;
    rows = [];
    bytes = 0;
    first;
    /** @param prefix such as `quarantine/` */
    constructor(prefix, put) {
        this.prefix = prefix;
        this.put = put;
    }
    /** Rejects when an object cannot be written: the caller must then not acknowledge the lines. */
    async add(entry) {
        const row = `${JSON.stringify(entry)}\n`;
        this.first ??= entry;
        this.rows.push(row);
        this.bytes += row.length;
        if (this.bytes >= OBJECT_BYTES)
            await this.flush();
    }
    /** Writes the remaining entries. Rejects like {@link add}. */
    async flush() {
        const { first } = this;
        if (!first)
            return;
        const body = this.rows.join("");
        this.rows = [];
        this.bytes = 0;
        this.first = undefined;
        const hash = (0, node_crypto_1.createHash)("sha256").update(body).digest("hex").slice(0, 16);
        await this.put(`${this.prefix}${first.layer}/${first.record_id}-${hash}.json`, body);
    }
}
exports.QuarantineWriter = QuarantineWriter;
/** Writes entries through a {@link QuarantineWriter}. */
async function writeQuarantine(entries, prefix, put) {
    const writer = new QuarantineWriter(prefix, put);
    for (const entry of entries)
        await writer.add(entry);
    await writer.flush();
}
