import { type Command, CommanderError } from "commander";
import { EXIT, type ExitCode, UsageError } from "./exit";

/** What a command touches of its process. */
export interface Ending {
  exitCode?: number | string | null | undefined;
  readonly stderr: { write(text: string): unknown };
}

/** What a command does. @returns how it ended */
export type Action<Arguments extends unknown[]> = (...args: Arguments) => ExitCode | Promise<ExitCode>;

/** Makes an action for commander out of one that returns its exit code. */
export function ending<Arguments extends unknown[]>(
  action: Action<Arguments>,
  end: Ending = process,
): (...args: Arguments) => Promise<void> {
  return async (...args) => {
    end.exitCode = await action(...args);
  };
}

/** Writes what commander says of a wrong command line: its suggestion would be a second line. */
export function writeOneLine(text: string, write: (text: string) => void): void {
  write(`${text.trim().replace(/\s*\n\s*/g, " ")}\n`);
}

/**
 * Parses the command line and runs the action, one of {@link ending}. Never rejects: an error is one message on stderr, and
 * its code is that of {@link EXIT}. The code is a failure until the action has said otherwise, because Node ends with 0 when a
 * promise is never settled.
 * @param args without node and script
 */
export async function runCommand(
  program: Command,
  args: readonly string[] = process.argv.slice(2),
  end: Ending = process,
): Promise<void> {
  end.exitCode = EXIT.failed;
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
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

/** The exit code of what a command threw, and what remains to be said about it. */
export function failureOf(error: unknown): { readonly code: ExitCode; readonly message?: string } {
  // It has been printed, as has the help.
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? EXIT.ok : EXIT.usage };
  if (error instanceof UsageError) return { code: EXIT.usage, message: `error: ${error.message}` };
  return { code: EXIT.failed, message: messageOf(error) };
}

/** Names of errors that only a fault of the program raises. */
const PROGRAM_FAULTS: readonly string[] = ["TypeError", "RangeError", "ReferenceError", "SyntaxError"];

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (PROGRAM_FAULTS.includes(error.name)) return error.stack ?? String(error);
  // The name says what AWS's messages leave out, such as NoSuchBucket.
  return "$metadata" in error ? String(error) : error.message;
}
