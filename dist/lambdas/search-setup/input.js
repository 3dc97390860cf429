"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.InputError = void 0;
exports.readInput = readInput;
const default_panels_1 = require("../../dashboards/default-panels");
const read_panels_1 = require("../../dashboards/read-panels");
const role_arn_1 = require("../../lib/role-arn");
const search_1 = require("../shared/search");
/** The input is invalid; the message lists every fault. */
class InputError extends Error {
    name = "InputError";
}
exports.InputError = InputError;
/** @throws InputError naming every key that is missing, malformed or unknown, with its value. */
function readInput(contract, event) {
    if (typeof event !== "object" || event === null || Array.isArray(event)) {
        throw new InputError(`The input is ${JSON.stringify(event)}; a JSON object is wanted`);
    }
    const given = new Map(Object.entries(event));
    const faults = [];
    const take = (key) => {
        const value = given.get(key);
        given.delete(key);
        return value;
    };
    const input = {
        panels: panels(contract, take("panels"), faults),
        readerGroups: groups("readerGroups", take("readerGroups"), faults),
        readerRole: name("readerRole", take("readerRole"), faults),
        readerRoleArns: roleArns("readerRoleArns", take("readerRoleArns"), 0, faults),
        replicas: integer("replicas", take("replicas"), 0, 10, faults),
        retentionDays: integer("retentionDays", take("retentionDays"), 32, 36_500, faults),
        shards: integer("shards", take("shards"), 1, 100, faults),
        smoke: smoke(contract, take("smoke"), faults),
        title: text("title", take("title"), faults),
        writerRoleArns: roleArns("writerRoleArns", take("writerRoleArns"), 1, faults),
    };
    for (const key of given.keys())
        faults.push(`"${key}" is not known`);
    if (faults.length > 0)
        throw new InputError(`The input of search-setup is wrong: ${faults.join("; ")}`);
    return input;
}
function integer(key, value, min, max, faults) {
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max)
        return value;
    faults.push(`${key} is ${JSON.stringify(value)}; a whole number from ${min} to ${max} is wanted`);
    return min;
}
function panels(contract, value, faults) {
    if (value === undefined)
        return (0, default_panels_1.defaultPanels)(contract);
    try {
        return (0, read_panels_1.readPanels)(contract, value);
    }
    catch (error) {
        if (!(error instanceof read_panels_1.PanelsError))
            throw error;
        faults.push(error.message);
        return [];
    }
}
function smoke({ columns }, value, faults) {
    if (value === undefined)
        return {};
    const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
    const isKnown = entries.every(([field, one]) => columns.some((column) => column.field === field) &&
        (one === null || ["string", "number", "boolean"].includes(typeof one)));
    if (isKnown && entries.length > 0)
        return Object.fromEntries(entries);
    faults.push(`smoke is ${JSON.stringify(value)}; values of the contract's columns are wanted`);
    return {};
}
/** A name of the security plugin, which is a part of a path. */
function name(key, value, faults) {
    if (typeof value === "string" && /^[A-Za-z][A-Za-z0-9_-]*$/.test(value)) {
        if (value !== search_1.WRITER_ROLE)
            return value;
        faults.push(`${key} is ${search_1.WRITER_ROLE}, the role of the writers`);
        return "";
    }
    faults.push(`${key} is ${JSON.stringify(value)}; letters, digits, underscores and dashes are wanted, a letter first`);
    return "";
}
function text(key, value, faults) {
    if (typeof value === "string" && value.trim() !== "")
        return value;
    faults.push(`${key} is ${JSON.stringify(value)}; a text is wanted`);
    return "";
}
function groups(key, value, faults) {
    if (Array.isArray(value) && value.every((name) => typeof name === "string" && name !== ""))
        return value;
    faults.push(`${key} is ${JSON.stringify(value)}; a list of names is wanted`);
    return [];
}
function roleArns(key, value, fewest, faults) {
    if (!Array.isArray(value) || value.length < fewest) {
        faults.push(`${key} is ${JSON.stringify(value)}; a list of role ARNs is wanted`);
        return [];
    }
    return value.filter((arn) => {
        if (typeof arn === "string" && role_arn_1.ROLE_ARN.test(arn))
            return true;
        faults.push(`${key} names ${JSON.stringify(arn)}; arn:aws:iam::<account>:role/<name> is wanted`);
        return false;
    });
}
