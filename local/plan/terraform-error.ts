/** The local run does not support a part of the Terraform; the message gives the place and the problem. */
export class TerraformError extends Error {
  override readonly name = "TerraformError";

  /** @param place a resource's address, with the property that has the fault, if any */
  constructor(
    private readonly place: string,
    private readonly problem: string,
  ) {
    super(`${place}: ${problem}`);
  }

  /** The same error with an absolute address. @param module address of the module instance; empty for the root */
  within(module: string): TerraformError {
    return module === "" ? this : new TerraformError(`${module}.${this.place}`, this.problem);
  }
}

/** Runs `read`, whose errors name addresses relative to a module instance; here they are absolute. */
export function withinModule<T>(module: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof TerraformError ? error.within(module) : error;
  }
}
