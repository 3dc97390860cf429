/**
 * What exists once in an account, whatever its region. Several systems use it, so no environment's state has it:
 * `npm run bootstrap` makes it where it is absent, and nothing deletes it.
 */

/** Types of such resources, and what each is. A state of an earlier version may have them; `destroy` leaves them in the account. */
export const ACCOUNT_WIDE: Readonly<Record<string, string>> = {
  aws_iam_openid_connect_provider: "GitHub's identity provider",
  aws_iam_service_linked_role: "the service-linked role of OpenSearch",
};

/** Their addresses in the stack of an environment and in that of its state, where earlier versions made them. */
export const RELEASED = {
  main: "aws_iam_service_linked_role.SearchDomain_ServiceLinkedRole_7820AFDB",
  state: "aws_iam_openid_connect_provider.Delivery_IdentityProvider_0B6CBBF0",
} as const;

/** The service whose role has network interfaces in the networks of the account. */
export const SEARCH_SERVICE = "opensearchservice.amazonaws.com";
/** https://docs.aws.amazon.com/opensearch-service/latest/developerguide/slr-aos.html */
export const SEARCH_SERVICE_ROLE = "AWSServiceRoleForAmazonOpenSearchService";
export const SEARCH_SERVICE_ROLE_DESCRIPTION =
  "Lets OpenSearch Service have interfaces in networks of this account";

/** Issuer of the tokens that GitHub gives to a job. */
export const GITHUB_ISSUER = "token.actions.githubusercontent.com";
/** Audience of the tokens that `aws-actions/configure-aws-credentials` requests. */
export const GITHUB_AUDIENCE = "sts.amazonaws.com";

/** ARN of the account's identity provider for GitHub. */
export function githubProviderArn(accountId: string): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${GITHUB_ISSUER}`;
}
