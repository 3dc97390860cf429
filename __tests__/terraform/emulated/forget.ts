import type { Terraform } from "../../../terraform/terraform";

/**
 * What is taken out of the state before a destroy: the stand-in cannot remove a named query, and for a domain
 * the provider waits 10 minutes (`npm run test:terraform:search` does).
 */
export const UNDELETABLE = ["aws_athena_named_query", "aws_opensearch_domain"];

/** Lets Terraform forget the resources of these types. @returns how many there were. */
export async function forget(terraform: Terraform, types: readonly string[] = UNDELETABLE): Promise<number> {
  const addresses = (await terraform.stateList()).filter((address) =>
    types.some((type) => address.startsWith(`${type}.`)),
  );
  await terraform.stateRemove(addresses);
  return addresses.length;
}
