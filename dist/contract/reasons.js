"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.REASONS = void 0;
/**
 * Why a line, or a record as a whole, is refused: the `reason` of the quarantine table with its meaning. UpsertToES
 * adds the engine's own codes (`mapper_parsing_exception`, …). The codes do not change; docs/operations.md lists them.
 */
exports.REASONS = {
    // The record as a whole: one entry holds all of its bytes.
    too_many_lines: "The record has more lines than the largest record could hold acceptable ones",
    record_too_large: "The lines of the record, as they are stored, do not fit into an answer to Firehose",
    answer_too_large: "Batch layer: the record did not fit into the answer to Firehose; `npm run replay` adds its lines",
    compressed: "The record is compressed (gzip, zstd, zip, …); lines are sent as they are",
    object_over_lines: "An object is spread over several lines (pretty-printed); one object belongs on one line",
    array_over_lines: "The lines are an array's; objects are sent one a line, without brackets and commas around them",
    aggregated_record: "A record that is aggregated (KPL) inside of another one, or that Firehose did not unpack",
    // The line.
    not_utf8: "The bytes are not UTF-8: UTF-16, another code page, binary data, a broken aggregated record",
    not_json: "The line is not JSON; the detail names what it looks like",
    several_objects: "More than one object on one line",
    not_an_object: "The line is JSON, but an array, a text, a number, true, false or null",
    line_too_large: "The line is longer than 256 KiB",
    missing_field: "A required column is absent or null",
    empty_field: "A required text is empty",
    wrong_type: "A column holds a value of another type",
    out_of_range: "A number, a date, a key or a nesting is beyond what the tables and the index can hold",
    invalid_date: "The date does not exist, or is written in another way",
    ambiguous_key: "A key differs from a column's name by case only, or a key is repeated in its object",
    not_unicode: "A text holds half of a surrogate pair",
    // While indexing.
    document_too_large: "Speed layer: the document does not fit into a bulk request",
    internal_error: "A fault of the function's own code; the line is kept, and its shard goes on",
};
