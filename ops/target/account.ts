import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { messageOf } from "../../lib/message-of";
import { OperatorError } from "../../lib/operator-error";

/** Whose credentials this shell has. */
export interface Caller {
  readonly accountId: string;
  /** As STS names it: a user, the root user, or a session of a role. */
  readonly arn: string;
}

/**
 * The account of this shell's credentials.
 * @throws OperatorError when there are no credentials, or AWS rejects them.
 */
export async function callerAccount(region: string): Promise<string> {
  return (await callerIdentity(region)).accountId;
}

/**
 * The identity of this shell's credentials.
 * @throws OperatorError when there are no credentials, or AWS rejects them.
 */
export async function callerIdentity(region: string): Promise<Caller> {
  const client = new STSClient({ region });
  try {
    const { Account, Arn = "" } = await client.send(new GetCallerIdentityCommand({}));
    if (Account === undefined) throw new Error("the response has no account");
    return { accountId: Account, arn: Arn };
  } catch (error) {
    throw new OperatorError(
      `AWS did not identify these credentials (${messageOf(error)}): ` +
        "sign in, for example with `aws sso login`, and set AWS_PROFILE",
    );
  } finally {
    client.destroy();
  }
}
