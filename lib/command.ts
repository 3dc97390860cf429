import { type Command, CommanderError, Help, type HelpConfiguration } from "commander";
import { EXIT, type ExitCode, UsageError } from "./exit";
import { heedOutputs } from "./outputs";
import { styled } from "./styled";

/** The parts of the process that a command uses. */
interface Ending {
  exitCode?: number | string | null | undefined;
  readonly stderr: { write(text: string): unknown };
}

/** The action of a command. @returns its exit code */
type Action<Arguments extends unknown[]> = (...args: Arguments) => ExitCode | Promise<ExitCode>;

/** Makes an action for commander out of one that returns its exit code. */
export function ending<Arguments extends unknown[]>(
  action: Action<Arguments>,
  end: Ending = process,
): (...args: Arguments) => Promise<void> {
  return async (...args) => {
    end.exitCode = await action(...args);
  };
}

/** What the help of a command says below its options. */
export interface HelpSections {
  /** What each exit code means; that of {@link EXIT.usage} is the same everywhere. */
  readonly codes: Readonly<Record<number, string>>;
  /** What else somebody must know. */
  readonly notes?: string;
  /** Command lines: what stands behind the command's name, or a whole one of another command. */
  readonly examples?: readonly string[];
}

/** Adds the same sections to the help of each command: exit codes, notes, examples. */
export function addHelp(command: Command, { codes, notes, examples = [] }: HelpSections): Command {
  const all = { ...codes, [EXIT.usage]: "the command line is wrong" };
  const sections = ({ command: shown }: { readonly command: Command }): string => {
    const help = new Help();
    const width = shown.configureHelp().helpWidth ?? process.stdout.columns ?? DEFAULT_WIDTH;
    help.prepareContext({ helpWidth: width });
    const title = (text: string): string => styled("bold", text);
    const example = (text: string): string => {
      if (/^(npm |npx |retail-bi |eval |curl )/.test(text)) return `  ${text}`;
      return `  ${typedName(shown)} ${text}`.replace(/(?: --)? *$/, "");
    };
    return [
      "",
      title("Exit codes:"),
      ...Object.entries(all).map(([code, meaning]) => help.formatItem(code, CODE_WIDTH, meaning, help)),
      ...(notes === undefined
        ? []
        : [
            "",
            title("Notes:"),
            ...help
              .boxWrap(notes, width - 2)
              .split("\n")
              .map((line) => `  ${line}`),
          ]),
      ...(examples.length === 0 ? [] : ["", title("Examples:")]),
      ...examples.map(example),
    ].join("\n");
  };
  return command.addHelpText("after", sections);
}

/** Width of a help that goes to no terminal, as commander has it. */
const DEFAULT_WIDTH = 80;
const CODE_WIDTH = 4;

/** What is typed for a command, its parents' names included; npm wants a `--` before the arguments. */
function typedName(command: Command): string {
  const name = command.parent ? `${command.parent.name()} ${command.name()}` : command.name();
  return /^npm run \S+$/.test(name) ? `${name} --` : name;
}

/** Writes commander's error about the command line in one line, with its suggestion. */
export function writeOneLine(text: string, write: (text: string) => void): void {
  write(`${text.trim().replace(/\s*\n\s*/g, " ")}\n`);
}

/**
 * Parses the command line and runs the action, one of {@link ending}. Never rejects: an error is one message on stderr, and
 * its code is that of {@link EXIT}. The code is a failure until the action returns, because Node exits with 0 when a promise
 * never settles.
 * @param args without node and script
 */
export async function runCommand(
  program: Command,
  args: readonly string[] = process.argv.slice(2),
  end: Ending = process,
): Promise<void> {
  if (isCollected(program)) return;
  end.exitCode = EXIT.failed;
  heedOutputs();
  for (const command of [program, ...program.commands]) {
    command
      .configureHelp(HELP_STYLE)
      .exitOverride()
      .configureOutput({
        writeErr: (text) => void end.stderr.write(text),
        outputError: writeOneLine,
      });
  }
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    const { code, message } = failureOf(error);
    end.exitCode = code;
    if (message !== undefined) end.stderr.write(`${message}\n`);
  }
}

/** The help of every command: bold titles, and no default of a switch, which is always off. */
const HELP_STYLE: HelpConfiguration = {
  styleTitle: (text) => styled("bold", text),
  commandUsage: (command) => `${typedName(command)} ${command.usage()}`.trimEnd(),
  optionDescription(option) {
    const described = Help.prototype.optionDescription.call(this, option);
    return option.isBoolean() ? described.replace(/ ?\(default: (?:true|false)\)$/, "") : described;
  },
};

/** The exit code for an error of a command, and the message that has not been printed yet. */
export function failureOf(error: unknown): { readonly code: ExitCode; readonly message?: string } {
  // Commander has printed its errors and the help.
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? EXIT.ok : EXIT.usage };
  if (error instanceof UsageError) return { code: EXIT.usage, message: `error: ${error.message}` };
  return { code: EXIT.failed, message: messageOf(error) };
}

/** Errors that indicate a bug of the program. */
const PROGRAM_FAULTS: readonly string[] = ["TypeError", "RangeError", "ReferenceError", "SyntaxError"];

/** The value of the variable DEBUG that shows where an error comes from. */
const DEBUG = "retail-bi";

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (process.env["DEBUG"]?.split(",").includes(DEBUG)) return error.stack ?? String(error);
  if (PROGRAM_FAULTS.includes(error.name)) return `${String(error)} (DEBUG=${DEBUG} shows where)`;
  // AWS's messages often omit the error code, which is the name, such as NoSuchBucket.
  return "$metadata" in error ? String(error) : error.message;
}

/** How `retail-bi` loads a program. Each is a bundle of its own, so it is found by a symbol. */
interface Launcher {
  /** Takes the program's commands, which are then not run: the completion needs their options. */
  readonly collect?: (program: Command) => void;
}

const LAUNCHER = Symbol.for("retail-bi.launcher");

/** Says to the programs that are loaded from now on that `retail-bi` loads them. */
export function setLauncher(launcher: Launcher): void {
  Object.assign(globalThis, { [LAUNCHER]: launcher });
}

function launcher(): Launcher | undefined {
  return (globalThis as { readonly [LAUNCHER]?: Launcher })[LAUNCHER];
}

/** Whether a program was loaded for its commands only. It must then do nothing. */
export function isCollected(program: Command): boolean {
  const collect = launcher()?.collect;
  collect?.(program);
  return collect !== undefined;
}

/**
 * What people type to run a command: by an npm script in a clone, or by name.
 * @param file the program's own `__filename`
 */
export function programName(file: string, inClone: string, inPackage: string): string {
  return isClone(file) && launcher() === undefined ? inClone : inPackage;
}

/** Whether a program runs in a clone of the repository, and not from the package of the commands. */
export function isClone(file: string): boolean {
  return file.endsWith(".ts");
}
