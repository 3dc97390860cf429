import type { EnvironmentDefinition } from "../../environments/environment";
import { OperatorError } from "../../lib/operator-error";
import { type Caller, callerIdentity } from "../target/account";
import { roleOfCaller } from "../target/caller-role";
import type { Say } from "../terraform/terraform";

export interface AdministratorChoice {
  /**
   * `true` makes the caller's role an administrator of the search domain, `false` nobody's.
   * @default what was chosen before, else {@link askAdministrator} is asked
   */
  readonly administrator?: boolean;
  /** Asks a person about a role. @returns whether the role becomes an administrator. @default nobody is asked */
  readonly askAdministrator?: (roleArn: string) => Promise<boolean>;
}

interface AdministratorOptions extends AdministratorChoice {
  readonly definition: Pick<EnvironmentDefinition, "delivery" | "name" | "speed">;
  readonly region: string;
  /** ARN of the role that was chosen before. */
  readonly recorded: string | undefined;
  readonly say: Say;
}

/**
 * Decides which role of whoever deploys administers the search domain, as the location file keeps it.
 * @returns the role's ARN; undefined for none
 * @throws OperatorError when it is wanted and cannot be, with the reason.
 */
export async function chooseAdministrator(options: AdministratorOptions): Promise<string | undefined> {
  const { administrator, recorded } = options;
  if (administrator === false) return undefined;
  if (administrator === true) return wantedAdministrator(options);
  return recorded ?? offeredAdministrator(options);
}

async function wantedAdministrator({ definition, region }: AdministratorOptions): Promise<string> {
  const { name, speed, delivery } = definition;
  if (!speed.enabled) {
    throw new OperatorError(`${name} has no speed layer: there is no search domain to administer`);
  }
  const role = await roleOfCaller(await callerIdentity(region), region);
  if (delivery) throw new OperatorError(`workflows deliver ${name}: ${settingOf(name, role)}`);
  return role;
}

async function offeredAdministrator(options: AdministratorOptions): Promise<string | undefined> {
  const { definition, region, askAdministrator, say } = options;
  const { name, speed, delivery } = definition;
  if (!speed.enabled || speed.administratorRoleArns.length > 0) return undefined;
  const nobody = `nobody administers the search domain of ${name} by their own role`;
  if (delivery) {
    say(`${nobody}: ${settingOf(name, "arn:aws:iam::<account>:role/<name>")}`);
    return undefined;
  }
  if (askAdministrator === undefined) {
    say(`${nobody}: \`npm run bootstrap -- ${name} --administrator\` makes yours an administrator`);
    return undefined;
  }
  const caller = await callerIdentity(region);
  const role = await roleUnlessNone(caller, region, say);
  return role !== undefined && (await askAdministrator(role)) ? role : undefined;
}

/** Without a role there is nothing to offer, and that is no error: nobody wanted it yet. */
async function roleUnlessNone(caller: Caller, region: string, say: Say): Promise<string | undefined> {
  try {
    return await roleOfCaller(caller, region);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    say(`you cannot administer the search domain by your own role: ${error.message}`);
    return undefined;
  }
}

/** Where an administrator belongs in an environment that workflows plan and apply without the location file. */
function settingOf(environment: string, role: string): string {
  return `set speed: { administratorRoleArns: ["${role}"] } in environments/${environment}.ts`;
}
