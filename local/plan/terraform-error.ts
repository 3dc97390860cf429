/** The synthesized Terraform says something that the local run cannot run; the message names where and what. */
export class TerraformError extends Error {
  override readonly name = "TerraformError";

  /** @param place a resource's address, with the property if the fault is in one */
  constructor(place: string, problem: string) {
    super(`${place}: ${problem}`);
  }
}
