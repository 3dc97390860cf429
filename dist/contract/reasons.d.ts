/**
 * Why a line, or a record as a whole, is refused: the `reason` of the quarantine table with its meaning. UpsertToES
 * adds the engine's own codes (`mapper_parsing_exception`, …). The codes do not change; docs/operations.md lists them.
 */
export declare const REASONS: {
    readonly too_many_lines: "The record has more lines than the largest record could hold acceptable ones";
    readonly record_too_large: "The lines of the record, as they are stored, do not fit into an answer to Firehose";
    readonly answer_too_large: "Batch layer: the record did not fit into the answer to Firehose; `npm run replay` adds its lines";
    readonly compressed: "The record is compressed (gzip, zstd, zip, …); lines are sent as they are";
    readonly object_over_lines: "An object is spread over several lines (pretty-printed); one object belongs on one line";
    readonly array_over_lines: "The lines are an array's; objects are sent one a line, without brackets and commas around them";
    readonly aggregated_record: "A record that is aggregated (KPL) inside of another one, or that Firehose did not unpack";
    readonly not_utf8: "The bytes are not UTF-8: UTF-16, another code page, binary data, a broken aggregated record";
    readonly not_json: "The line is not JSON; the detail names what it looks like";
    readonly several_objects: "More than one object on one line";
    readonly not_an_object: "The line is JSON, but an array, a text, a number, true, false or null";
    readonly line_too_large: "The line is longer than 256 KiB";
    readonly missing_field: "A required column is absent or null";
    readonly empty_field: "A required text is empty";
    readonly wrong_type: "A column holds a value of another type";
    readonly out_of_range: "A number, a date, a key or a nesting is beyond what the tables and the index can hold";
    readonly invalid_date: "The date does not exist, or is written in another way";
    readonly ambiguous_key: "A key differs from a column's name by case only, or a key is repeated in its object";
    readonly not_unicode: "A text holds half of a surrogate pair";
    readonly document_too_large: "Speed layer: the document does not fit into a bulk request";
    readonly internal_error: "A fault of the function's own code; the line is kept, and its shard goes on";
};
/** The code of a refusal. */
export type RefusalReason = keyof typeof REASONS;
/** A refusal with its explanation. */
export interface Refusal {
    readonly reason: RefusalReason;
    /** Names what is wrong and what is expected, never a parser's position. */
    readonly detail: string;
}
