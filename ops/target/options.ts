import { Command } from "commander";
import { isClone } from "../../lib/command";
import { UsageError } from "../../lib/exit";
import type { Variables } from "../../lib/variables";
import { findStack, type StackSource, stackName } from "../../local/plan/stack-source";
import { type Target, targetOfStack } from "./target";

/** A command that works on an environment alone; it receives the environment's settings. */
export function environmentCommand(name: string): Command {
  return new Command(name).argument("<environment>", "such as dev", (given) => {
    // Only here, because the package of the commands has no environments.
    const { definitionOf }: typeof import("../../environments/choose") = require("../../environments/choose");
    return definitionOf(given, process.env);
  });
}

/** The options of {@link addTargetOptions}. */
export interface TargetFlags {
  readonly stack?: string;
  readonly var?: readonly string[];
  readonly varFile?: readonly string[];
}

/** Where a command works: in an environment of this repository, or on a stack that was synthesized elsewhere. */
export type Place = { readonly environment: string } | { readonly stack: StackSource };

/** Environments are loaded only in a clone: the package of the commands has neither them nor constructs. */
const IN_CLONE = isClone(__filename);

/** Adds what says where a command works. An environment can be named only where there are any: in a clone. */
export function addTargetOptions(command: Command): Command {
  if (IN_CLONE) command.argument("[environment]", "such as dev");
  return addStackOptions(command, IN_CLONE ? "of another app, instead of an environment" : "");
}

/** Adds the options that name a synthesized stack. @param which describes the stack; may be empty */
export function addStackOptions(command: Command, which: string): Command {
  return command
    .option(
      "--stack <folder>",
      `synthesized stack${which === "" ? "" : ` ${which}`}: its folder, or the app's cdktf.out`,
    )
    .option("--var <name=value>", "value of a variable of that stack; repeatable", each)
    .option("--var-file <file>", "file of such values, .tfvars or .tfvars.json; repeatable", each);
}

function each(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/**
 * Makes an action as commander calls it, with the arguments before the options, from one that takes a place, the
 * options, and the other arguments.
 * @throws (the returned action) UsageError when neither an environment nor a stack is named, or both are
 */
export function placed<Options extends TargetFlags, Result>(
  action: (place: Place, options: Options, ...others: (string | undefined)[]) => Result,
): (...args: [...(string | undefined)[], Options, Command]) => Result {
  return (...all) => {
    const args = all.slice(0, -2) as (string | undefined)[];
    const options = all.at(-2) as Options;
    // With --stack the first argument is not an environment, where a command has others.
    const isNamed = IN_CLONE && (options.stack === undefined || args.length === 1);
    const [environment, ...others] = isNamed ? args : [undefined, ...args];
    return action(placeOf(environment, options), options, ...others);
  };
}

/** @throws UsageError when neither an environment nor a stack is named, or both are */
export function placeOf(
  environment: string | undefined,
  { stack, var: variables, varFile: variableFiles }: TargetFlags,
): Place {
  if (environment !== undefined && stack !== undefined)
    throw new UsageError(`give either the environment ${environment} or --stack ${stack}`);
  if (stack !== undefined) {
    const values = { ...(variables && { variables }), ...(variableFiles && { variableFiles }) };
    return { stack: findStack(stack, values) };
  }
  if (variables || variableFiles) throw new UsageError("--var and --var-file go with --stack only");
  if (environment !== undefined) {
    const { definitionOf }: typeof import("../../environments/choose") = require("../../environments/choose");
    return { environment: definitionOf(environment, process.env).name };
  }
  throw new UsageError(IN_CLONE ? "an environment or --stack is required" : "--stack is required");
}

/** What the operator calls the place. */
export function nameOf(place: Place): string {
  return "stack" in place ? stackName(place.stack) : place.environment;
}

/** The system of a place. @throws as `targetOfStack` and `targetOfEnvironment` */
export async function targetOf(place: Place, variables: Variables = process.env): Promise<Target> {
  if ("stack" in place) return targetOfStack(place.stack, variables);
  const { targetOfEnvironment }: typeof import("./environment") = require("../target/environment");
  return targetOfEnvironment(place.environment, variables);
}
