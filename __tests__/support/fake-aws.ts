import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Exit of an AWS CLI command. */
export interface CliAnswer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}

/** Behaviour of the stand-ins from now on. */
export interface CliState {
  /** Answers by service, such as `ec2`. Without one for `ssm`, sessions start. */
  readonly answers?: Readonly<Record<string, CliAnswer>>;
  /** Port that sessions forward to. */
  readonly forwardTo?: number;
  readonly plugin?: {
    /** It prints this and exits. */
    readonly says?: string;
    /** It ignores Ctrl-C. */
    readonly stubborn?: boolean;
    /** It starts a session and opens no port. */
    readonly silent?: boolean;
  };
}

const PROGRAMS = ["aws", "session-manager-plugin"] as const;

/** Installs stand-ins of the AWS CLI and its plugin in a folder of their own. Remove it when done. */
export function installFakeAws(programs: readonly (typeof PROGRAMS)[number][] = PROGRAMS) {
  const folder = mkdtempSync(join(tmpdir(), "fake-aws-"));
  for (const program of programs) {
    const text = readFileSync(join(__dirname, "fake-aws", `${program}.cjs`), "utf8");
    const path = join(folder, program);
    writeFileSync(path, `#!${process.execPath}\n${text}`);
    chmodSync(path, 0o755);
  }
  const setState = ({ answers = {}, forwardTo = 0, plugin = {} }: CliState): void => {
    writeFileSync(join(folder, "state.json"), JSON.stringify({ answers, forwardTo, plugin }));
  };
  setState({});
  return {
    folder,
    setState,
    /** The arguments of each call of the CLI. */
    calls: (): readonly (readonly string[])[] =>
      readFileSync(join(folder, "calls.jsonl"), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
    /** Process ids of every plugin that was started, dead or alive. */
    plugins: (): readonly number[] =>
      readdirSync(folder)
        .filter((name) => name.startsWith("plugin-"))
        .map((name) => Number(name.slice("plugin-".length))),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The folder of a program on the PATH; undefined when there is none. */
export function folderOf(program: string): string | undefined {
  return (process.env["PATH"] ?? "").split(":").find((folder) => {
    try {
      return readdirSync(folder).includes(program);
    } catch {
      // A PATH may name folders that do not exist.
      return false;
    }
  });
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The CLI's answers while `npm run tunnel` resolves the route to a domain. */
export function wayAnswers(host: string, state = "running"): Record<string, CliAnswer> {
  return {
    opensearch: { stdout: JSON.stringify({ DomainStatus: { Endpoints: { vpc: host } } }) },
    ec2: {
      stdout: JSON.stringify({
        Reservations: [{ Instances: [{ InstanceId: "i-0123456789abcdef0", State: { Name: state } }] }],
      }),
    },
  };
}

/** STS's answer to GetCallerIdentity. */
export function callerIdentity(account: string): string {
  const result = `<Account>${account}</Account><Arn>arn:aws:iam::${account}:user/me</Arn><UserId>me</UserId>`;
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${result}</GetCallerIdentityResult></GetCallerIdentityResponse>`;
}
