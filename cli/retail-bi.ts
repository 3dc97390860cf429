/** `retail-bi COMMAND …`: each command belongs to a program, which runs in this process, so that a signal reaches it. */
import { join } from "node:path";
import { Argument, Command } from "commander";
import { addHelp, ending, isClone, runCommand, setLauncher } from "../lib/command";
import { EXIT } from "../lib/exit";
import { COMMANDS, type CommandEntry, commandNamed, PROGRAMS } from "./commands";
import { type CompletedCommand, completion, SHELLS, type Shell } from "./completion";
import { version } from "./package.json";

const IN_CLONE = isClone(__filename);
const AVAILABLE = Object.entries(COMMANDS).filter(([, { inCloneOnly }]) => IN_CLONE || !inCloneOnly);

/** Loads a program, which runs when it is loaded. */
function load(program: CommandEntry["runs"][0], args: readonly string[]): Promise<void> {
  if (IN_CLONE) {
    const { run }: { run(words: readonly string[]): Promise<void> } = require(
      join(__dirname, "../lib/run-bundled.cjs"),
    );
    return run([PROGRAMS[program], ...args]);
  }
  const path = join(__dirname, `${program}.js`);
  process.argv.splice(1, process.argv.length, path, ...args);
  require(path);
  return Promise.resolve();
}

/** The options of each command, by loading every program without running it. */
async function collect(): Promise<ReadonlyMap<string, CompletedCommand>> {
  const programs = new Map<string, Command>();
  for (const name of new Set(AVAILABLE.map(([, { runs }]) => runs[0]))) {
    setLauncher({ collect: (program) => programs.set(name, program) });
    await load(name, []);
  }
  setLauncher({});
  return new Map(
    AVAILABLE.map(([name, { text, alias, runs }]) => {
      const [program, sub] = runs;
      const found = programs.get(program);
      const command = sub === undefined ? found : found?.commands.find((one) => one.name() === sub);
      if (command === undefined) throw new Error(`the program ${program} has no command ${name}`);
      return [name, { text, alias, command }] as const;
    }),
  );
}

function root(): Command {
  const program = new Command("retail-bi")
    .description(
      "Streaming Business Intelligence on AWS: runs a synthesized stack on this machine, looks into it, and operates a deployed one.",
    )
    .version(version)
    .helpCommand(false);
  for (const [name, { group, text, alias }] of AVAILABLE) {
    program.commandsGroup(`${group[0]?.toUpperCase()}${group.slice(1)}:`);
    const command = program.command(name).description(text);
    if (alias !== undefined) command.alias(alias);
  }
  program.commandsGroup("Shell:");
  program
    .command("completion")
    .description("prints a script that completes commands and options")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .action(
      ending(async (shell: Shell) => {
        process.stdout.write(completion(shell, await collect()));
        return EXIT.ok;
      }),
    );
  addHelp(program, {
    codes: {
      0: "done",
      1: "a check or an operation failed, or its result is not known",
      3: "only from drift: drift was found",
      130: "interrupted",
    },
    notes:
      "Each command has --help. Commands that look take the run that was started last, or --run. NO_COLOR and FORCE_COLOR are heeded; DEBUG=retail-bi shows where an error comes from.",
    examples: [
      "up",
      "status",
      'query "SELECT count(*) FROM retail_trans_json"',
      'eval "$(retail-bi env)"',
      'eval "$(retail-bi completion bash)"',
    ],
  });
  return program;
}

async function main(): Promise<void> {
  const [name = "", ...args] = process.argv.slice(2);
  const isHelp = name === "help" && args[0] !== undefined && commandNamed(args[0]) !== undefined;
  const command = commandNamed(isHelp ? (args[0] ?? "") : name);
  setLauncher({});
  if (command && (IN_CLONE || !command.inCloneOnly)) {
    const [program, sub] = command.runs;
    return load(program, [...(sub === undefined ? [] : [sub]), ...(isHelp ? ["--help"] : args)]);
  }
  if (name === "help") return runCommand(root(), ["--help"]);
  if (name === "") {
    process.stderr.write(root().helpInformation());
    process.exitCode = EXIT.usage;
    return;
  }
  return runCommand(root(), [name, ...args]);
}

void main();
