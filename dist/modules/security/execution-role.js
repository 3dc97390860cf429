"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ExecutionRole = void 0;
const role_1 = require("./role");
/** The role of one function or service. */
class ExecutionRole extends role_1.Role {
    constructor(scope, id, props) {
        const { name, description, service, sourceAccount } = props;
        super(scope, id, {
            name,
            description,
            trust: {
                action: "sts:AssumeRole",
                principal: { type: "Service", identifier: service },
                ...(sourceAccount !== undefined && {
                    conditions: [{ test: "StringEquals", variable: "aws:SourceAccount", values: [sourceAccount] }],
                }),
            },
        });
    }
}
exports.ExecutionRole = ExecutionRole;
