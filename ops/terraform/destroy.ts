import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isInterrupted } from "../../lib/interrupt";
import { messageOf } from "../../lib/message-of";
import { OperatorError } from "../../lib/operator-error";
import { type AccountNeeds, accountResources, isAccountWide, releaseAccountWide } from "./account-resources";
import { managedResources, protectedInCode, protectedInState } from "./protection";
import { keepStateHere, keepStateInBucket } from "./stack-folder";
import { lookAtStateBucket } from "./state-bucket";
import { ApplyFailed } from "./terraform";
import { type Context, openWorkspace, type TerraformStackFolder } from "./workspace";

interface DestroyOptions extends Context {
  /** The environment's settings. */
  readonly definition: AccountNeeds;
  /** Whether to destroy the state bucket too. */
  readonly andState: boolean;
  /** Asks before anything is destroyed. @returns whether to continue */
  readonly confirm: (resources: number) => Promise<boolean>;
}

interface Destroyed {
  readonly removed: number;
  /** What remains after the destroy, and why. */
  readonly remains: readonly string[];
}

const PLAN = "destroy.tfplan";
const KEY_REMAINS = "the key until its deletion window ends: `aws kms cancel-key-deletion` would restore it";
const LOCAL_STATE = "terraform.tfstate";
/**
 * A running merge or a late access log may put an object into a bucket after it was emptied; S3 then refuses to
 * delete the bucket. Nothing runs any more during the second attempt.
 */
const ATTEMPTS = 2;

/**
 * Destroys a disposable environment with its data.
 * @throws OperatorError when the environment is protected, in the code or in the state, or when resources remain.
 */
export async function destroy(options: DestroyOptions): Promise<Destroyed> {
  const { environment, say, andState } = options;
  const { main, state } = await openWorkspace(options);
  assertDisposableInCode(environment, main);
  if (andState && isHalfGone(state) && (await lookAtStateBucket(main.backend)) === "absent") {
    say("the state bucket does not exist any more: finishing an interrupted destroy");
    return {
      removed: await destroyStateStack(environment, state, say),
      remains: [KEY_REMAINS, ...accountRemains(options.definition, main)],
    };
  }
  await main.terraform.init();
  const deployed = await main.terraform.show();
  assertDisposableInState(environment, protectedInState(deployed));
  const count = managedResources(deployed).filter(({ address }) => !isAccountWide(address)).length;
  if (!(await options.confirm(count))) throw new OperatorError("not confirmed: nothing was destroyed");

  let removed = await removeAll(main, say);
  const remains = [KEY_REMAINS, ...accountRemains(options.definition, main)];
  if (andState) {
    removed += await destroyStateStack(environment, state, say);
  } else {
    remains.push(`the state's bucket ${state.backend.bucket}: --and-state removes it too`);
  }
  return { removed, remains };
}

/** Whether an earlier destroy of the state bucket was interrupted. */
function isHalfGone({ path }: TerraformStackFolder): boolean {
  return existsSync(join(path, LOCAL_STATE));
}

function assertDisposableInCode(environment: string, stack: TerraformStackFolder): void {
  const addresses = protectedInCode(stack.document);
  if (addresses.length === 0) return;
  throw new OperatorError(
    `${environment} is protected: ${addresses.join(", ")} cannot be destroyed. To destroy it nevertheless, ` +
      `in this order: set protection to "disposable" in environments/${environment}.ts; ` +
      `deploy it (npx cdktf deploy ${environment}); npm run destroy -- ${environment}`,
  );
}

function assertDisposableInState(environment: string, addresses: readonly string[]): void {
  if (addresses.length === 0) return;
  throw new OperatorError(
    `${environment} is disposable in the code, but was not deployed since: ${addresses.join(", ")} would ` +
      `remain, half removed. First: npx cdktf deploy ${environment}`,
  );
}

/** What belongs to the account, which other systems may use. */
function accountRemains(definition: AccountNeeds, { backend }: TerraformStackFolder): string[] {
  return accountResources(definition, backend.accountId).map(
    ({ what }) => `${what}, which belongs to the account`,
  );
}

/**
 * Removes what the state has, but for what belongs to the account.
 * @returns the number of removed resources, over all attempts
 * @throws OperatorError when resources remain.
 */
export async function removeAll(
  { path, terraform, name }: Pick<TerraformStackFolder, "path" | "terraform" | "name">,
  say: Context["say"],
): Promise<number> {
  await releaseAccountWide(terraform, say);
  let removed = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      if (await terraform.plan(PLAN, { destroy: true })) removed += (await terraform.apply(PLAN)).remove;
      break;
    } catch (error) {
      if (attempt === ATTEMPTS || isInterrupted()) throw error;
      if (error instanceof ApplyFailed) removed += error.removed;
      say(`${messageOf(error)}\nretrying once`);
    } finally {
      rmSync(join(path, PLAN), { force: true });
    }
  }
  const left = await terraform.stateList();
  if (left.length > 0) throw new OperatorError(`${name} still has ${left.join(", ")}: run it again`);
  return removed;
}

/** The bucket cannot store the state of its own destruction, so the state is first moved to this machine. */
async function destroyStateStack(
  environment: string,
  stack: TerraformStackFolder,
  say: Context["say"],
): Promise<number> {
  const { path, terraform } = stack;
  // Connects to the local state of an interrupted attempt, if there is one.
  await terraform.init();
  assertDisposableInState(`${environment}-state`, protectedInState(await terraform.show()));
  say(`moving the state of ${stack.name} out of its bucket`);
  keepStateHere(stack);
  await terraform.migrateState();
  const removed = await removeAll(stack, say);
  keepStateInBucket(stack);
  for (const file of [LOCAL_STATE, `${LOCAL_STATE}.backup`]) {
    const left = join(path, file);
    if (existsSync(left)) rmSync(left);
  }
  return removed;
}
