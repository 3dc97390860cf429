/** The local run does not support a part of the synthesized Terraform; the message names the place and the problem. */
export class TerraformError extends Error {
  override readonly name = "TerraformError";

  /** @param place a resource's address, with the property if the fault is in one */
  constructor(place: string, problem: string) {
    super(`${place}: ${problem}`);
  }
}
