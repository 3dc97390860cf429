import type { Command, Option } from "commander";

/** Shells that a script is made for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** An option as a shell completes it. */
interface Completed {
  readonly long: string;
  readonly short?: string;
  readonly text: string;
  readonly value: "none" | "any" | "file" | "folder";
  readonly choices: readonly string[];
}

/** A command with its options, and what the root's help says of it. */
export interface CompletedCommand {
  readonly text: string;
  readonly alias?: string | undefined;
  readonly command: Command;
}

/** A script that completes the commands and their options. @param commands by name */
export function completion(shell: Shell, commands: ReadonlyMap<string, CompletedCommand>): string {
  const all = [...commands].map(([name, { text, alias, command }]) => ({
    names: [name, ...(alias === undefined ? [] : [alias])],
    text,
    options: command.options.filter(({ hidden }) => !hidden).map(completed),
  }));
  return { bash, zsh, fish }[shell](all);
}

type Commands = readonly {
  readonly names: readonly string[];
  readonly text: string;
  readonly options: readonly Completed[];
}[];

function completed({ long, short, flags, description, required, optional, argChoices }: Option): Completed {
  const takesValue = required || optional;
  const placeholder = /<([^>]+)>/.exec(flags)?.[1] ?? "";
  const kind = /^file/.test(placeholder) ? "file" : /^(folder|dir)/.test(placeholder) ? "folder" : "any";
  return {
    long: long ?? "",
    ...(short !== undefined && { short }),
    text: firstSentence(description),
    value: takesValue ? kind : "none",
    choices: argChoices ?? [],
  };
}

/** A description without its details, which a menu has no room for. */
function firstSentence(text: string): string {
  return text.replace(/(?:[.:;,](?=\s|$)| \().*$/s, "");
}

const HELP: Completed = { long: "--help", short: "-h", text: "display help", value: "none", choices: [] };
/** Commands of the root that belong to no program. */
const OWN = ["completion", "help"] as const;

function bash(commands: Commands): string {
  const words = (values: readonly string[]): string =>
    `COMPREPLY=($(compgen -W "${values.join(" ")}" -- "$word"))`;
  const values = commands.flatMap(({ names, options }) =>
    options.flatMap(({ long, value, choices }) => {
      if (value === "none") return [];
      const patterns = names.map((name) => `"${name} ${long}"`).join("|");
      const reply =
        choices.length > 0
          ? words(choices)
          : {
              file: 'COMPREPLY=($(compgen -f -- "$word"))',
              folder: 'COMPREPLY=($(compgen -d -- "$word"))',
              any: "COMPREPLY=()",
            }[value];
      return [`    ${patterns}) ${reply}; return ;;`];
    }),
  );
  const options = commands.map(
    ({ names, options: own }) =>
      `    ${names.join("|")}) ${words([...own, HELP].map(({ long }) => long))} ;;`,
  );
  return `# bash completion of retail-bi: eval "$(retail-bi completion bash)"
_retail_bi() {
  local word="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    ${words([...commands.flatMap(({ names }) => names), ...OWN])}
    return
  fi
  case "$command \${COMP_WORDS[COMP_CWORD - 1]}" in
${values.join("\n")}
  esac
  case "$command" in
${options.join("\n")}
    completion) ${words(SHELLS)} ;;
    help) ${words(commands.flatMap(({ names }) => names))} ;;
  esac
}
complete -o bashdefault -F _retail_bi retail-bi
`;
}

function zsh(commands: Commands): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
  const described = (text: string): string => text.replaceAll(/[[\]\\:]/g, "\\$&");
  const one = ({ long, text, value, choices }: Completed): string => {
    const action =
      choices.length > 0
        ? `(${choices.join(" ")})`
        : { none: "", any: " ", file: "_files", folder: "_files -/" }[value];
    return quoted(`*${long}[${described(text)}]${value === "none" ? "" : `:value:${action}`}`);
  };
  const menu = commands.flatMap(({ names, text }) =>
    names.map((name) => quoted(`${name}:${described(text)}`)),
  );
  const cases = commands.map(
    ({ names, options }) =>
      `    ${names.join("|")}) _arguments ${[...options, HELP].map(one).join(" ")} '*:argument:_default' ;;`,
  );
  return `#compdef retail-bi
# zsh completion of retail-bi: eval "$(retail-bi completion zsh)", after compinit
_retail_bi() {
  if (( CURRENT == 2 )); then
    local -a commands=(${[...menu, ...OWN.map(quoted)].join(" ")})
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case "\${words[1]}" in
${cases.join("\n")}
    completion) _values shell ${SHELLS.join(" ")} ;;
    help) _values command ${commands.flatMap(({ names }) => names).join(" ")} ;;
  esac
}
if [ "\${funcstack[1]}" = _retail_bi ]; then _retail_bi "$@"; else compdef _retail_bi retail-bi; fi
`;
}

function fish(commands: Commands): string {
  const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
  const lines = commands.flatMap(({ names, text, options }) => [
    ...names.map((name) => `complete -c retail-bi -n __fish_use_subcommand -f -a ${name} -d ${quoted(text)}`),
    ...[...options, HELP].map(({ long, short, text: meaning, value, choices }) =>
      [
        `complete -c retail-bi -n '__fish_seen_subcommand_from ${names.join(" ")}'`,
        `-l ${long.slice(2)}`,
        ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
        ...(value === "none" ? [] : [value === "any" || choices.length > 0 ? "-x" : "-r"]),
        ...(choices.length > 0 ? [`-a ${quoted(choices.join(" "))}`] : []),
        `-d ${quoted(meaning)}`,
      ].join(" "),
    ),
  ]);
  return `# fish completion of retail-bi: retail-bi completion fish | source
${lines.join("\n")}
complete -c retail-bi -n __fish_use_subcommand -f -a '${OWN.join(" ")}'
complete -c retail-bi -n '__fish_seen_subcommand_from completion' -f -a '${SHELLS.join(" ")}'
complete -c retail-bi -n '__fish_seen_subcommand_from help' -f -a '${commands.flatMap(({ names }) => names).join(" ")}'
`;
}
