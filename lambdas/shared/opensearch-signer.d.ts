/** The maker of the official client's signer has no types of its own. */
declare module "@opensearch-project/opensearch/lib/aws/shared.js" {
  import type { AwsSigv4Signer } from "@opensearch-project/opensearch/aws-v3";

  /** @param defaultCredentials is called where a signer is made without `getCredentials` */
  export function giveAwsV4Signer(defaultCredentials: () => Promise<never>): typeof AwsSigv4Signer;
}
