import { OperatorError } from "../../lib/operator-error";
import { runProgram } from "../../lib/run-program";
import type { Variables } from "../../lib/variables";

/** A Terraform of a supported version. */
export interface TerraformProgram {
  /** A path, or a name on the PATH. */
  readonly command: string;
  readonly version: string;
}

/** The first version with native locking of the S3 backend. */
const OLDEST = { major: 1, minor: 11 };
const INSTALL = `install Terraform ${OLDEST.major}.${OLDEST.minor} or newer (https://developer.hashicorp.com/terraform/install) on the PATH, or name it in TERRAFORM_BINARY_NAME`;

/**
 * Finds Terraform where the cdktf CLI finds it: `TERRAFORM_BINARY_NAME`, else `terraform` on the PATH.
 * @throws OperatorError saying what to install when there is none or it is too old.
 */
export async function findTerraform(variables: Variables): Promise<TerraformProgram> {
  const command = variables["TERRAFORM_BINARY_NAME"] ?? "terraform";
  const { stdout, stderr } = await runProgram(command, ["version"], {
    cwd: process.cwd(),
    variables: { ...variables, CHECKPOINT_DISABLE: "1" },
    remedy: INSTALL,
  });
  const [, version, major, minor] = /^Terraform v((\d+)\.(\d+)\.\S+)/m.exec(stdout) ?? [];
  if (version === undefined) {
    throw new OperatorError(`${command} is not Terraform (${stderr.trim()}): ${INSTALL}`);
  }
  const tooOld =
    Number(major) < OLDEST.major || (Number(major) === OLDEST.major && Number(minor) < OLDEST.minor);
  if (tooOld) throw new OperatorError(`${command} is version ${version}: ${INSTALL}`);
  return { command, version };
}
