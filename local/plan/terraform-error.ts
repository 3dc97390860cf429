/** The local run does not support a part of the synthesized Terraform; the message gives the place and the problem. */
export class TerraformError extends Error {
  override readonly name = "TerraformError";

  /** @param place a resource's address, with the property that has the fault, if any */
  constructor(place: string, problem: string) {
    super(`${place}: ${problem}`);
  }
}
