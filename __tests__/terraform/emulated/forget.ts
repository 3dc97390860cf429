import type { Terraform } from "../../../ops/terraform/terraform";

/**
 * Types that are removed from the state before a destroy, because the stand-in cannot delete them as AWS does, each with
 * the reason. {@link FORGOTTEN_DOMAIN} is added if Terraform did not create the domain.
 */
export const FORGOTTEN: Readonly<Record<string, string>> = {
  aws_athena_named_query: "The stand-in does not delete a named query.",
  aws_s3_bucket_versioning:
    "Removing it suspends the versions, and the stand-in then fails to empty a bucket with a delete marker in it.",
};

export const FORGOTTEN_DOMAIN: Readonly<Record<string, string>> = {
  aws_opensearch_domain:
    "The provider waits 10 minutes for its deletion; `npm run test:terraform:search` does.",
};

/** Types forgotten in the ordinary lane. */
export const UNDELETABLE = Object.keys({ ...FORGOTTEN, ...FORGOTTEN_DOMAIN });

/** Removes the resources of these types from the state. @returns how many there were. */
export async function forget(terraform: Terraform, types: readonly string[] = UNDELETABLE): Promise<number> {
  const addresses = (await terraform.stateList()).filter((address) =>
    types.some((type) => address.startsWith(`${type}.`)),
  );
  if (addresses.length > 0) await terraform.stateRemove(addresses);
  return addresses.length;
}
