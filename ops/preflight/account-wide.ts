import { GetRoleCommand, ListOpenIDConnectProvidersCommand } from "@aws-sdk/client-iam";
import { member } from "../../lib/json";
import {
  GITHUB_ISSUER as GITHUB,
  SEARCH_SERVICE_ROLE as SEARCH_ROLE,
  SEARCH_SERVICE,
} from "../../modules/account-wide";
import { exists } from "./aws";
import type { Inventory } from "./inventory";
import type { DeployPlan } from "./plan";
import { checked, ok, type Row, row } from "./report";

/** What an account has once, and several environments share. @param create what creates it; undefined outside of a clone */
export async function checkAccountWide(
  plan: DeployPlan,
  inventory: Inventory,
  create: string | undefined,
): Promise<readonly Row[]> {
  return [
    ...(await checkSearchRole(plan, inventory, create)),
    ...(await checkIdentityProvider(plan, inventory, create)),
  ];
}

async function checkSearchRole(
  plan: DeployPlan,
  { aws }: Inventory,
  create: string | undefined,
): Promise<readonly Row[]> {
  const inVpc = plan
    .created("aws_opensearch_domain")
    .some(({ resource }) => member(resource.body, "vpc_options") !== undefined);
  const creates = plan
    .created("aws_iam_service_linked_role")
    .some(({ resource, stack }) => stack.value(resource, "aws_service_name") === SEARCH_SERVICE);
  if (!inVpc && !creates) return [];
  const check = "service-linked role";
  return checked(check, async () => {
    const isThere = await exists(() => aws.iam.send(new GetRoleCommand({ RoleName: SEARCH_ROLE })));
    if (!creates) {
      return isThere
        ? ok(check, `${SEARCH_ROLE} exists`)
        : row(
            check,
            "will fail",
            `${SEARCH_ROLE} does not exist`,
            create ?? `aws iam create-service-linked-role --aws-service-name ${SEARCH_SERVICE}`,
          );
    }
    if (!isThere) return ok(check, "the deploy creates it");
    return row(
      check,
      plan.isKnown ? "will fail" : "unknown",
      `${SEARCH_ROLE} exists, and the stack creates it`,
      'let the stack use it: serviceLinkedRole "exists"',
    );
  });
}

async function checkIdentityProvider(
  plan: DeployPlan,
  { aws }: Inventory,
  create: string | undefined,
): Promise<readonly Row[]> {
  const creates = plan
    .created("aws_iam_openid_connect_provider")
    .some(({ resource, stack }) => stack.value(resource, "url")?.includes(GITHUB) ?? false);
  const uses = plan.stacks.some(({ document }) =>
    JSON.stringify(document).includes(`oidc-provider/${GITHUB}`),
  );
  if (!creates && !uses) return [];
  const check = "GitHub's identity provider";
  return checked(check, async () => {
    const { OpenIDConnectProviderList = [] } = await aws.iam.send(new ListOpenIDConnectProvidersCommand({}));
    const isThere = OpenIDConnectProviderList.some(({ Arn }) => Arn?.endsWith(`:oidc-provider/${GITHUB}`));
    if (!creates) {
      return isThere
        ? ok(check, "exists")
        : row(
            check,
            "will fail",
            `the account has none for ${GITHUB}`,
            create ??
              `aws iam create-open-id-connect-provider --url https://${GITHUB} --client-id-list sts.amazonaws.com`,
          );
    }
    if (!isThere) return ok(check, "the deploy creates it");
    return row(
      check,
      plan.isKnown ? "will fail" : "unknown",
      "exists, and the stack creates it",
      'let the stack use it: identityProvider "exists"',
    );
  });
}
