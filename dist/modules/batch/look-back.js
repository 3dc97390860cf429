"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.lookBackHours = lookBackHours;
const arithmetic_1 = require("../arithmetic");
/**
 * Firehose retries a delivery for a day, and it may have read the record just before its expiry from the stream. These
 * hours, added to the stream's retention, make a merge look back far enough for both.
 */
const LOOK_BACK_MARGIN_HOURS = 2;
/** Hours that a merge looks back for late objects. */
function lookBackHours(streamRetentionHours) {
    return (0, arithmetic_1.sum)(streamRetentionHours, LOOK_BACK_MARGIN_HOURS);
}
