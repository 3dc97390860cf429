"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.ROLE_ARN = void 0;
/** ARN of an IAM role (not of a user), in any partition. */
exports.ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
