import type { Variables } from "../../lib/variables";
import type { StackSource } from "../../local/plan/stack-source";
import { checkAccountWide } from "./account-wide";
import { Aws } from "./aws";
import { type Caller, checkCaller, checkRegion, identify } from "./caller";
import { checkState } from "./deployed";
import { Inventory } from "./inventory";
import { checkNames } from "./names";
import { checkPermissions } from "./permissions";
import { DeployPlan } from "./plan";
import { PlannedStack } from "./planned-stack";
import { checkQuotas } from "./quotas";
import { type PreflightReport, type Row, row } from "./report";
import { checkSubscribers } from "./subscribers";
import { checkToolchain } from "./toolchain";

/** What is to be deployed, and where. */
export interface PreflightOptions {
  /** What the operator calls it. */
  readonly name: string;
  readonly region: string;
  /** Account of the deploy; undefined where none is configured yet. */
  readonly accountId: string | undefined;
  /**
   * Synthesizes what the deploy applies: the stack, and with an environment that of its state too.
   * @param accountId of the deploy, or else of the caller
   */
  readonly synthesize: (accountId: string) => Promise<readonly StackSource[]>;
  readonly variables: Variables;
  /** Command that creates the state's bucket and what the account has once; undefined for a stack of another app. */
  readonly bootstrap?: string;
  /** @default the present */
  readonly now?: Date;
  /** Receives the names of the calls that were made. */
  readonly onCalls?: (calls: ReadonlySet<string>) => void;
}

/** Without an account, so that a stack can be read all the same. */
const NO_ACCOUNT = "000000000000";

/**
 * Says before a deploy what will fail. It reads only, and makes no call but those of `calls.ts`.
 * @throws TerraformError when a stack cannot be read; OperatorError when it cannot be synthesized
 */
export async function preflight(options: PreflightOptions): Promise<PreflightReport> {
  const { name, region, variables } = options;
  const aws = new Aws(region);
  try {
    const caller = await identify(aws);
    const accountId = options.accountId ?? ("verdict" in caller ? NO_ACCOUNT : caller.accountId);
    const sources = await options.synthesize(accountId);
    const stacks = sources.map((source) => new PlannedStack(source, { region, accountId }));
    const toolchain = await checkToolchain(stacks, variables);
    return { name, rows: [...(await inAccount(options, aws, caller, stacks)), ...toolchain] };
  } finally {
    options.onCalls?.(aws.made);
    aws.close();
  }
}

async function inAccount(
  { accountId, region, bootstrap, now = new Date() }: PreflightOptions,
  aws: Aws,
  caller: Caller | Row,
  stacks: readonly PlannedStack[],
): Promise<readonly Row[]> {
  if ("verdict" in caller) return [caller, notChecked("credentials")];
  const who = checkCaller(caller, accountId, bootstrap, now);
  if (accountId !== undefined && accountId !== caller.accountId)
    return [...who, notChecked("credentials of the account")];
  const where = await checkRegion(aws, region);
  if (where.some(({ verdict }) => verdict === "will fail"))
    return [...who, ...where, notChecked("an enabled region")];

  const inventory = new Inventory(aws);
  const states = [];
  for (const stack of stacks) {
    states.push({
      stack,
      ...(await checkState(stack, inventory, bootstrap ?? "create the bucket that the backend names")),
    });
  }
  const plan = new DeployPlan(states);
  const checks = await Promise.all([
    checkAccountWide(plan, inventory, bootstrap),
    checkSubscribers(plan, inventory),
    checkQuotas(plan, inventory),
    checkNames(plan, inventory),
    checkPermissions(plan, aws, caller),
  ]);
  return unique([...who, ...where, ...states.flatMap(({ rows }) => rows), ...checks.flat()]);
}

function notChecked(needs: string): Row {
  return row("everything else in AWS", "unknown", `needs ${needs}`, "do the above, and run this again");
}

/** Two stacks in one bucket have its rows twice. */
function unique(rows: readonly Row[]): readonly Row[] {
  const texts = rows.map((one) => JSON.stringify(one));
  return rows.filter((_, index) => texts.indexOf(texts[index] ?? "") === index);
}
