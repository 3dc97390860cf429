import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentDefinition } from "../../environments/environment";
import {
  DEFAULT_REGION,
  type LocationEntry,
  type LocationFile,
  locate,
  locationFilePath,
  readLocationFile,
  UNSET_ACCOUNT_ID,
  variableName,
} from "../../environments/location";
import { OperatorError } from "../../lib/operator-error";
import type { Location } from "../../modules/location";
import { callerAccount } from "../target/account";
import { createAccountResources } from "../terraform/account-resources";
import { keepStateHere, keepStateInBucket, PROJECT_ROOT } from "../terraform/stack-folder";
import { lookAtStateBucket } from "../terraform/state-bucket";
import type { Changes } from "../terraform/terraform";
import { type Context, openWorkspace, type TerraformStackFolder } from "../terraform/workspace";
import { type AdministratorChoice, chooseAdministrator } from "./administrator";

interface BootstrapOptions extends Context, AdministratorChoice {
  readonly definition: EnvironmentDefinition;
  /** @default the configured account, else the account of the credentials */
  readonly accountId?: string;
  /** @default the configured region, else the region of the credentials, else Ireland */
  readonly region?: string;
}

interface Bootstrapped extends Location {
  readonly bucket: string;
  readonly changes: Changes;
  /** Location file that was written. */
  readonly file: string;
  /** The role of whoever deploys, if it administers the search domain. */
  readonly administratorRoleArn?: string;
}

const PLAN = "bootstrap.tfplan";
const LOCAL_STATE = "terraform.tfstate";

/**
 * Creates what the account must have once, and the environment's state bucket; moves the state of the bucket's own stack
 * into it; and writes the environment's account and region to the location file. Running it again repairs what is missing
 * and changes nothing else.
 * @throws OperatorError naming the obstacle; it changes nothing in a wrong account.
 */
export async function bootstrap(options: BootstrapOptions): Promise<Bootstrapped> {
  const { environment, say } = options;
  const location = await resolveLocation(options);
  const administratorRoleArn = await chooseAdministrator({
    ...options,
    region: location.region,
    recorded: locationsOf(options)[environment]?.administratorRoleArn,
  });
  const entry = { ...location, ...(administratorRoleArn !== undefined && { administratorRoleArn }) };
  const variables = {
    ...options.variables,
    [variableName(environment, "ACCOUNT_ID")]: location.accountId,
    [variableName(environment, "REGION")]: location.region,
  };
  const { state } = await openWorkspace({ ...options, variables });
  say(`${environment} is in account ${location.accountId}, region ${location.region}`);
  await createAccountResources(options.definition, location, say);
  const changes = await applyStateStack(state, say);
  const file = writeLocation(environment, entry, options);
  return { ...entry, bucket: state.backend.bucket, changes, file };
}

/** Applies the stack with its state in the bucket, or on this machine until the bucket exists. */
async function applyStateStack(stack: TerraformStackFolder, say: Context["say"]): Promise<Changes> {
  const { terraform, backend } = stack;
  const localState = join(stack.path, LOCAL_STATE);
  const found = await lookAtStateBucket(backend);
  if (found === "with state") {
    keepStateInBucket(stack);
    await terraform.init();
    return applyPlan(stack);
  }
  if (found === "without state" && !existsSync(localState)) {
    throw new OperatorError(
      `bucket ${backend.bucket} exists, but has no ${backend.key}, and no unfinished bootstrap is here ` +
        `(${localState}): finish it on the machine where it began, restore an earlier version of the object, ` +
        "or remove the bucket if it is empty",
    );
  }
  say(found === "absent" ? `creating bucket ${backend.bucket}` : "finishing an interrupted bootstrap");
  keepStateHere(stack);
  await terraform.init();
  const changes = await applyPlan(stack);
  say("moving the state of this stack into it");
  keepStateInBucket(stack);
  await terraform.migrateState();
  if ((await lookAtStateBucket(backend)) !== "with state") {
    throw new OperatorError(`the state was not moved to ${backend.bucket}; it is still in ${localState}`);
  }
  rmSync(localState, { force: true });
  rmSync(`${localState}.backup`, { force: true });
  return changes;
}

async function applyPlan({ path, terraform }: TerraformStackFolder): Promise<Changes> {
  try {
    return (await terraform.plan(PLAN)) ? await terraform.apply(PLAN) : { add: 0, change: 0, remove: 0 };
  } finally {
    rmSync(join(path, PLAN), { force: true });
  }
}

/** @throws OperatorError when the options, the configuration and the credentials do not agree. */
async function resolveLocation({
  environment,
  variables,
  accountId,
  region,
}: BootstrapOptions): Promise<Location> {
  const path = locationFilePath(PROJECT_ROOT, variables);
  const configured = locate(environment, variables, readLocationFile(path));
  const isConfigured = configured.accountId !== UNSET_ACCOUNT_ID;
  const wanted = {
    accountId: accountId ?? (isConfigured ? configured.accountId : undefined),
    region:
      region ??
      (isConfigured ? configured.region : (variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"])) ??
      DEFAULT_REGION,
  };
  if (isConfigured && (wanted.accountId !== configured.accountId || wanted.region !== configured.region)) {
    throw new OperatorError(
      `${environment} is already in account ${configured.accountId}, region ${configured.region} ` +
        `(${path} or ${variableName(environment, "ACCOUNT_ID")}): destroy it there first, or name another environment`,
    );
  }
  const caller = await callerAccount(wanted.region);
  if (wanted.accountId !== undefined && wanted.accountId !== caller) {
    throw new OperatorError(
      `these credentials belong to account ${caller}, but ${environment} belongs in ${wanted.accountId}: ` +
        "use that account's credentials",
    );
  }
  // `locate` validates the options too.
  return locate(environment, {}, { [environment]: { accountId: caller, region: wanted.region } });
}

function locationsOf({ variables }: Context): LocationFile {
  return readLocationFile(locationFilePath(PROJECT_ROOT, variables));
}

function writeLocation(environment: string, entry: LocationEntry, options: Context): string {
  const path = locationFilePath(PROJECT_ROOT, options.variables);
  const locations = { ...locationsOf(options), [environment]: entry };
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(locations, undefined, 2)}\n`);
  renameSync(unfinished, path);
  return path;
}
