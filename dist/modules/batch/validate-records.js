"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ValidateRecords = void 0;
const constructs_1 = require("constructs");
const variable_1 = require("../../contract/variable");
const node_function_1 = require("../functions/node-function");
/** Firehose's timeout of a transformation. */
const FIREHOSE_PATIENCE_SECONDS = 300;
/** Judges the lines of the delivery stream: accepted ones get their identity, refused ones go to quarantine. */
class ValidateRecords extends constructs_1.Construct {
    function;
    constructor(scope, id, props) {
        super(scope, id);
        this.function = new node_function_1.NodeFunction(this, "Function", {
            location: props.location,
            key: props.key,
            logRetentionDays: props.logRetentionDays,
            name: props.name,
            description: "Judges each line before it lands in the lake; refused lines go to quarantine",
            folder: "validate-records",
            timeoutSeconds: FIREHOSE_PATIENCE_SECONDS,
            memoryMiB: 512,
            environment: {
                QUARANTINE_LOCATION: props.lake.location("quarantine"),
                CONTRACT: (0, variable_1.contractVariable)(props.contract),
            },
        });
        props.lake.grant(this.function.role, { write: ["quarantine"] });
    }
}
exports.ValidateRecords = ValidateRecords;
