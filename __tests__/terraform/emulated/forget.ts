import type { Terraform } from "../../../ops/terraform/terraform";

/**
 * What is taken out of the state before a destroy, because the stand-in cannot remove it as AWS does: the type,
 * and why. {@link FORGOTTEN_DOMAIN} comes to it where the domain was not made by Terraform.
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

/** Lets Terraform forget the resources of these types. @returns how many there were. */
export async function forget(terraform: Terraform, types: readonly string[] = UNDELETABLE): Promise<number> {
  const addresses = (await terraform.stateList()).filter((address) =>
    types.some((type) => address.startsWith(`${type}.`)),
  );
  if (addresses.length > 0) await terraform.stateRemove(addresses);
  return addresses.length;
}
