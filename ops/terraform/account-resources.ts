import {
  CreateOpenIDConnectProviderCommand,
  CreateServiceLinkedRoleCommand,
  EntityAlreadyExistsException,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  IAMClient,
  NoSuchEntityException,
} from "@aws-sdk/client-iam";
import type { EnvironmentDefinition } from "../../environments/environment";
import { messageOf } from "../../lib/message-of";
import { OperatorError } from "../../lib/operator-error";
import {
  ACCOUNT_WIDE,
  GITHUB_AUDIENCE,
  GITHUB_ISSUER,
  githubProviderArn,
  SEARCH_SERVICE,
  SEARCH_SERVICE_ROLE,
  SEARCH_SERVICE_ROLE_DESCRIPTION,
} from "../../modules/account-wide";
import type { Location } from "../../modules/location";
import type { Say, Terraform } from "./terraform";

/** Settings of an environment that determine what its account must have. */
export type AccountNeeds = Pick<EnvironmentDefinition, "delivery" | "speed">;

/** A resource that exists once in an account. */
interface AccountResource {
  /** What it is, with its name. */
  readonly what: string;
  /** The command that creates it, for somebody with more permissions. */
  readonly command: string;
  /** @returns whether it exists. @throws OperatorError when it exists, but does not serve */
  readonly exists: (iam: IAMClient) => Promise<boolean>;
  readonly create: (iam: IAMClient) => Promise<unknown>;
}

/** What the account of an environment must have, and no state has: see `modules/account-wide.ts`. */
export function accountResources({ delivery, speed }: AccountNeeds, accountId: string): AccountResource[] {
  return [...(speed.enabled ? [serviceLinkedRole()] : []), ...(delivery ? [githubProvider(accountId)] : [])];
}

function serviceLinkedRole(): AccountResource {
  return {
    what: `${ACCOUNT_WIDE["aws_iam_service_linked_role"]} ${SEARCH_SERVICE_ROLE}`,
    command: `aws iam create-service-linked-role --aws-service-name ${SEARCH_SERVICE}`,
    exists: (iam) => isThere(iam.send(new GetRoleCommand({ RoleName: SEARCH_SERVICE_ROLE }))),
    create: (iam) =>
      iam.send(
        new CreateServiceLinkedRoleCommand({
          AWSServiceName: SEARCH_SERVICE,
          Description: SEARCH_SERVICE_ROLE_DESCRIPTION,
        }),
      ),
  };
}

function githubProvider(accountId: string): AccountResource {
  const arn = githubProviderArn(accountId);
  const what = `${ACCOUNT_WIDE["aws_iam_openid_connect_provider"]} ${GITHUB_ISSUER}`;
  return {
    what,
    command: `aws iam create-open-id-connect-provider --url https://${GITHUB_ISSUER} --client-id-list ${GITHUB_AUDIENCE}`,
    exists: async (iam) => {
      const request = iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }));
      if (!(await isThere(request))) return false;
      const { ClientIDList: audiences = [] } = await request;
      if (audiences.includes(GITHUB_AUDIENCE)) return true;
      // Not added here: roles of other teams that do not check the audience would then trust more tokens.
      throw new OperatorError(
        `${what} exists, but not for the audience ${GITHUB_AUDIENCE} (it has ${audiences.join(", ") || "none"}), so no ` +
          "workflow could assume a role. If the account's other roles that trust it check the audience: " +
          `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${arn} --client-id ${GITHUB_AUDIENCE}`,
      );
    },
    create: (iam) =>
      iam.send(
        new CreateOpenIDConnectProviderCommand({
          Url: `https://${GITHUB_ISSUER}`,
          ClientIDList: [GITHUB_AUDIENCE],
        }),
      ),
  };
}

async function isThere(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return false;
    throw error;
  }
}

/**
 * Creates what the account must have and has not. Another bootstrap, or the console, may do the same at the same time.
 * @throws OperatorError naming the resource, what AWS said, and the command that creates it.
 */
export async function createAccountResources(
  needs: AccountNeeds,
  { accountId, region }: Location,
  say: Say,
): Promise<void> {
  const iam = new IAMClient({ region });
  try {
    for (const resource of accountResources(needs, accountId)) {
      const created = await createUnlessThere(resource, iam);
      say(`${created ? "created" : "found"} ${resource.what}`);
    }
  } finally {
    iam.destroy();
  }
}

/** @returns whether this call created it */
async function createUnlessThere(
  { what, command, exists, create }: AccountResource,
  iam: IAMClient,
): Promise<boolean> {
  try {
    if (await exists(iam)) return false;
    await create(iam);
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(
      `${what} could not be found or created (${messageOf(error)}): run this with the permission to read and to ` +
        `create it, or let an administrator of the account run once: ${command}`,
    );
  }
}

/** For a service-linked role IAM says so in the text of InvalidInput, for everything else by EntityAlreadyExists. */
function isTaken(error: unknown): boolean {
  return (
    error instanceof EntityAlreadyExistsException || /has been taken in this account/.test(messageOf(error))
  );
}

/**
 * Removes from a state what belongs to the account, so that a destroy leaves it there: a plan to destroy ignores
 * `removed` blocks, and a state that was not applied since may still have it.
 * @returns the addresses
 */
export async function releaseAccountWide(terraform: Terraform, say: Say): Promise<readonly string[]> {
  const addresses = (await terraform.stateList()).filter(isAccountWide);
  if (addresses.length === 0) return [];
  await terraform.stateRemove(addresses);
  for (const address of addresses) {
    say(`${address} belongs to the account: removed from the state, not destroyed`);
  }
  return addresses;
}

/** Whether the resource at an address of a root module belongs to the account. */
export function isAccountWide(address: string): boolean {
  return Object.keys(ACCOUNT_WIDE).some((type) => address.startsWith(`${type}.`));
}
