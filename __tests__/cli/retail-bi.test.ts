import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { Command, Option } from "commander";
import { COMMANDS, commandNamed } from "../../cli/commands";
import { completion } from "../../cli/completion";

const ROOT = join(__dirname, "../..");

function retailBi(...args: readonly string[]) {
  const env = { ...process.env, DEBUG: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, "cli/bin.cjs"), ...args], {
    encoding: "utf8",
    env,
  });
  return { status, stdout, stderr };
}

test("the command lists every command in its group, and without one that is a wrong command line", () => {
  const { status, stdout } = retailBi("--help");
  expect(status).toBe(0);
  const titles = [...stdout.matchAll(/^(\w[\w ]*):$/gm)].map(([, title]) => title);
  expect(titles).toEqual([
    "Options",
    "Run",
    "Look",
    "Operate",
    "Deploy",
    "Shell",
    "Exit codes",
    "Notes",
    "Examples",
  ]);
  for (const [name, { alias }] of Object.entries(COMMANDS)) {
    expect(stdout).toMatch(new RegExp(`^  ${name}${alias === undefined ? "" : `\\|${alias}`} +\\S`, "m"));
  }
  expect(retailBi()).toMatchObject({
    status: 2,
    stdout: "",
    stderr: expect.stringContaining("Usage: retail-bi"),
  });
});

test.each([
  ["stauts", "error: unknown command 'stauts' (Did you mean status?)\n"],
  ["traec", "error: unknown command 'traec' (Did you mean trace?)\n"],
  ["constructor", "error: unknown command 'constructor'\n"],
])("%s is no command", (name, stderr) => {
  expect(retailBi(name)).toEqual({ status: 2, stdout: "", stderr });
});

test("an alias is the command", () => {
  expect(commandNamed("start")).toBe(commandNamed("up"));
  expect(commandNamed("nope")).toBeUndefined();
});

describe("completion", () => {
  const up = new Command("up")
    .option("--once", "send lines: and end", false)
    .addOption(new Option("--search <engine>", "search engine; or which").choices(["embedded", "opensearch"]))
    .option("--input-file <file>", "a .csv [or lines], in UTF-8 (or not)")
    .option("--data-dir <folder>", "folder of the data")
    .option("-f, --follow", "go on");
  const commands = new Map([
    ["up", { text: "runs a stack's data plane", alias: "start", command: up }],
    ["status", { text: "how a run is", command: new Command("status") }],
  ]);

  /** What bash offers for the words of a command line, the last of which is being typed. */
  function offered(...words: readonly string[]): string[] {
    const script = `${completion("bash", commands)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _retail_bi; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync("bash", ["-c", script, "bash", "retail-bi", ...words], {
      encoding: "utf8",
      cwd: ROOT,
    })
      .split("\n")
      .filter((word) => word !== "");
  }

  test("bash", () => {
    expect(offered("")).toEqual(["up", "start", "status", "completion", "help"]);
    expect(offered("sta")).toEqual(["start", "status"]);
    expect(offered("up", "--")).toEqual([
      "--once",
      "--search",
      "--input-file",
      "--data-dir",
      "--follow",
      "--help",
    ]);
    expect(offered("start", "--search", "o")).toEqual(["opensearch"]);
    expect(offered("up", "--input-file", "package.j")).toEqual(["package.json"]);
    expect(offered("up", "--data-dir", "op")).toEqual(["ops"]);
    expect(offered("status", "--")).toEqual(["--help"]);
    expect(offered("completion", "")).toEqual(["bash", "zsh", "fish"]);
  });

  test("zsh and fish have the same options, with their texts", () => {
    const zsh = completion("zsh", commands);
    expect(zsh).toContain("'up:runs a stack'\\''s data plane' 'start:runs a stack'\\''s data plane'");
    expect(zsh).toContain("'*--search[search engine]:value:(embedded opensearch)'");
    expect(zsh).toContain("'*--input-file[a .csv \\[or lines\\]]:value:_files'");
    expect(zsh).toContain("'*--once[send lines]'");
    const fish = completion("fish", commands);
    expect(fish).toContain(
      "complete -c retail-bi -n __fish_use_subcommand -f -a up -d 'runs a stack\\'s data plane'",
    );
    expect(fish).toContain(
      "complete -c retail-bi -n '__fish_seen_subcommand_from up start' -l search -x -a 'embedded opensearch' -d 'search engine'",
    );
    expect(fish).toContain("-l follow -s f -d 'go on'");
  });
});
