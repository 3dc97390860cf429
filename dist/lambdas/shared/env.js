"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.list = exports.s3Location = exports.text = exports.EnvironmentError = void 0;
exports.integer = integer;
exports.readEnvironment = readEnvironment;
/** The environment of a function is incomplete or malformed; the message lists every fault. */
class EnvironmentError extends Error {
    name = "EnvironmentError";
}
exports.EnvironmentError = EnvironmentError;
/** Any text that is not empty. */
const text = (value) => value;
exports.text = text;
/** `s3://bucket/prefix/`. */
const s3Location = (value) => {
    const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.+\/)$/.exec(value) ?? [];
    if (bucket === undefined || prefix === undefined)
        throw new Error("must have the form s3://bucket/prefix/");
    return { bucket, prefix };
};
exports.s3Location = s3Location;
/** A whole number within bounds. */
function integer(min, max) {
    return (value) => {
        const number = Number(value);
        if (!/^-?\d+$/.test(value) || number < min || number > max) {
            throw new Error(`must be a whole number from ${min} to ${max}`);
        }
        return number;
    };
}
/** Names separated by commas. */
const list = (value) => {
    const names = value.split(",").map((name) => name.trim());
    if (names.includes(""))
        throw new Error("must be names separated by commas");
    return names;
};
exports.list = list;
/**
 * Reads the variables of `spec`.
 * @throws EnvironmentError naming every variable that is missing or malformed, with its value.
 */
function readEnvironment(spec, environment) {
    const faults = [];
    const config = {};
    for (const [name, parse] of Object.entries(spec)) {
        const value = environment[name];
        if (value === undefined || value === "") {
            faults.push(`${name} is not set`);
            continue;
        }
        try {
            config[name] = parse(value);
        }
        catch (error) {
            faults.push(`${name}="${value}" ${error instanceof Error ? error.message : String(error)}`);
        }
    }
    if (faults.length > 0)
        throw new EnvironmentError(faults.join("; "));
    return config;
}
