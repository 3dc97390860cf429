import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { messageOf } from "../../lib/message-of";
import { OperatorError } from "../../lib/operator-error";

/**
 * The account of this shell's credentials.
 * @throws OperatorError when there are no credentials, or AWS rejects them.
 */
export async function callerAccount(region: string): Promise<string> {
  const client = new STSClient({ region });
  try {
    const { Account } = await client.send(new GetCallerIdentityCommand({}));
    if (Account === undefined) throw new Error("the response has no account");
    return Account;
  } catch (error) {
    throw new OperatorError(
      `AWS did not identify these credentials (${messageOf(error)}): ` +
        "sign in, for example with `aws sso login`, and set AWS_PROFILE",
    );
  } finally {
    client.destroy();
  }
}
