import { accessSync, constants, statSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { ColumnNames } from "./csv-header";
import { DATE_FORMATS, dateReader } from "./dates";
import { errorOf } from "./errors";
import type { Preset } from "./preset";
import { INPUT_EXTENSIONS, type InputOptions, kindOf } from "./replay";

/** Options of the command line for the input file. */
export interface InputFlags extends InputOptions {
  readonly inputFile?: string;
  readonly maxBadRows?: number;
}

/** Adds the options of an input file; the same for every command that reads one. */
export function addInputOptions(command: Command): Command {
  return command
    .option(
      "--input-file <file>",
      `send this file's rows (${INPUT_EXTENSIONS.slice(0, 3).join(", ")}), or its JSON lines as they are (${INPUT_EXTENSIONS.slice(3).join(", ")}); .gz too`,
      inputFile,
    )
    .option(
      "--map <field=header>",
      "column of the file for a column of the contract, such as Price=UnitPrice; repeatable",
      mapping,
    )
    .option(
      "--date-format <format>",
      "format of timestamps in the file, such as M/D/YYYY H:MM; UTC unless it has a Z",
      dateFormat,
    )
    .option(
      "--delimiter <character>",
      "delimiter of the columns, tab for a tab (default: , ; tab and | are recognised)",
      delimiter,
    )
    .addOption(
      new Option(
        "--decimal <mark>",
        "decimal mark of numbers (default: point; recognised if the delimiter is ;)",
      ).choices(["point", "comma"]),
    )
    .option(
      "--encoding <name>",
      "encoding of the file, such as windows-1252 (default: UTF-8, or UTF-16 with a byte order mark)",
      encoding,
    )
    .option(
      "--max-bad-rows <rows>",
      "most refused rows with which the run still succeeds (default: 0)",
      badRows,
    );
}

/** Message about options that do not apply to the given file or contract; undefined if all do. */
export function inputContradiction(flags: InputFlags, preset: Preset): string | undefined {
  try {
    new ColumnNames(preset).resolve(flags.map ?? {});
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
  const ofRows = (["map", "dateFormat", "delimiter", "decimal"] as const).find(
    (name) => flags[name] !== undefined,
  );
  const ofFiles = ofRows ?? (["encoding", "maxBadRows"] as const).find((name) => flags[name] !== undefined);
  if (flags.inputFile === undefined) return ofFiles && `--${dashed(ofFiles)} goes with --input-file`;
  if (ofRows !== undefined && kindOf(flags.inputFile) === "lines") {
    return `--${dashed(ofRows)} does not go with JSON lines, which are sent as they are`;
  }
  return undefined;
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function inputFile(given: string): string {
  const stats = statSync(given, { throwIfNoEntry: false });
  if (stats?.isDirectory()) throw new InvalidArgumentError("It is a directory.");
  if (kindOf(given) === undefined) {
    throw new InvalidArgumentError(`A file that ends in ${INPUT_EXTENSIONS.join(", ")} is wanted.`);
  }
  if (stats === undefined) throw new InvalidArgumentError("There is no such file.");
  if (!stats.isFile()) throw new InvalidArgumentError("It is no regular file.");
  try {
    accessSync(given, constants.R_OK);
  } catch (error) {
    throw new InvalidArgumentError(`It cannot be read: ${errorOf(error).message}`);
  }
  return given;
}

function mapping(
  given: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = given.indexOf("=");
  const [name, header] = [given.slice(0, Math.max(at, 0)), given.slice(at + 1)];
  if (at < 1 || header === "") throw new InvalidArgumentError("FIELD=HEADER is wanted.");
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is mapped already.`);
  if (Object.values(before).includes(header))
    throw new InvalidArgumentError(`"${header}" is mapped already.`);
  return { ...before, [name]: header };
}

function dateFormat(given: string): string {
  try {
    dateReader(given);
    return given;
  } catch (error) {
    throw new InvalidArgumentError(`${errorOf(error).message}; wanted are ${DATE_FORMATS}.`);
  }
}

function delimiter(given: string): string {
  const character = /^(tab|\\t)$/i.test(given) ? "\t" : given;
  if (!/^[\t\x20-\x7e]$/.test(character) || /["A-Za-z0-9]/.test(character)) {
    throw new InvalidArgumentError("One character that is no letter, digit or quote, or tab, is wanted.");
  }
  return character;
}

function encoding(given: string): string {
  try {
    return new TextDecoder(given).encoding;
  } catch {
    throw new InvalidArgumentError("A name such as utf-8, utf-16le, windows-1252 or iso-8859-15 is wanted.");
  }
}

function badRows(given: string): number {
  if (!/^\d{1,12}$/.test(given)) throw new InvalidArgumentError("A whole number from 0 is wanted.");
  return Number(given);
}
