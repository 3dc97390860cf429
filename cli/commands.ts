/** The programs, by the name of their bundle; each has one command, or several. */
export const PROGRAMS = {
  up: "local/cli.ts",
  look: "local/look/cli.ts",
  query: "ops/query/cli.ts",
  trace: "ops/trace/cli.ts",
  loadgen: "loadgen/cli.ts",
  reconcile: "ops/reconcile/cli.ts",
  smoke: "ops/smoke/cli.ts",
  recovery: "ops/recovery/cli.ts",
  tunnel: "ops/tunnel/cli.ts",
  preflight: "ops/preflight/cli.ts",
  cost: "ops/cost/cli.ts",
  terraform: "ops/terraform/cli.ts",
  bootstrap: "ops/bootstrap/cli.ts",
} as const;

type Program = keyof typeof PROGRAMS;

/** Groups of commands in the order of the help. */
type Group = "run" | "look" | "operate" | "deploy";

/** A command of `retail-bi`. */
export interface CommandEntry {
  readonly group: Group;
  /** Its program, and where that has several commands the first argument. */
  readonly runs: readonly [program: Program, name?: string];
  readonly text: string;
  readonly alias?: string;
  /** Whether it needs the environments of a clone. */
  readonly inCloneOnly?: true;
}

/** The commands in the order of the help. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  up: { group: "run", runs: ["up"], alias: "start", text: "runs a stack on this machine" },
  loadgen: { group: "run", runs: ["loadgen"], text: "sends records of a contract to a Kinesis data stream" },
  status: { group: "look", runs: ["look", "status"], text: "how a run is: layers, what is behind, faults" },
  env: {
    group: "look",
    runs: ["look", "env"],
    text: "export lines with a run's endpoints, for AWS SDKs and CLIs",
  },
  query: { group: "look", runs: ["query"], text: "runs SQL, as an analyst would" },
  trace: { group: "look", runs: ["trace"], text: "a line's way through stream, lake and index" },
  logs: { group: "look", runs: ["look", "logs"], text: "what the functions of a run have logged" },
  reconcile: { group: "operate", runs: ["reconcile"], text: "compares stream, lake and index, line by line" },
  smoke: {
    group: "operate",
    runs: ["smoke"],
    text: "sends lines that no figure counts, and follows them through every layer",
  },
  redrive: {
    group: "operate",
    runs: ["recovery", "redrive"],
    text: "reprocesses records that the speed layer discarded",
  },
  replay: {
    group: "operate",
    runs: ["recovery", "replay"],
    text: "writes lines of the stream that the raw zone is missing",
  },
  tunnel: { group: "operate", runs: ["tunnel"], text: "opens a signing tunnel to the search domain" },
  bootstrap: {
    group: "deploy",
    runs: ["bootstrap"],
    text: "prepares an account for an environment",
    inCloneOnly: true,
  },
  preflight: { group: "deploy", runs: ["preflight"], text: "says before a deploy what will fail" },
  cost: { group: "deploy", runs: ["cost"], text: "what a stack costs a month under a load" },
  "plan-summary": {
    group: "deploy",
    runs: ["terraform", "plan-summary"],
    text: "summarizes a plan, with losses of data first",
  },
  drift: {
    group: "deploy",
    runs: ["terraform", "drift"],
    text: "lists what was changed outside of Terraform",
  },
  destroy: {
    group: "deploy",
    runs: ["terraform", "destroy"],
    text: "destroys a disposable environment with its data",
    inCloneOnly: true,
  },
};

/** The command with this name or alias. */
export function commandNamed(name: string): CommandEntry | undefined {
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name];
  return Object.values(COMMANDS).find(({ alias }) => alias === name);
}
