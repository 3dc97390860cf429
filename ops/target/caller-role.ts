import { GetRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { messageOf } from "../../lib/message-of";
import { OperatorError } from "../../lib/operator-error";
import type { Caller } from "./account";

/** ARNs of any partition. */
const SESSION = /^arn:aws[\w-]*:sts::\d{12}:assumed-role\/([\w+=,.@-]+)\/.+$/;
const USER = /^arn:aws[\w-]*:iam::\d{12}:user\//;
const REMEDY = "sign in by a role, for example with `aws sso login`, and set AWS_PROFILE";

/** Name of the role of a session, by the session's ARN; undefined for another principal. */
export function roleOfSession(arn: string): string | undefined {
  return SESSION.exec(arn)?.[1];
}

/** Whether an ARN is that of an IAM user. */
export function isUser(arn: string): boolean {
  return USER.test(arn);
}

/**
 * ARN of the IAM role whose session the caller has, with its path: STS leaves the path out, and IAM and the search domain
 * know the role by it. The roles of IAM Identity Center are at `/aws-reserved/sso.amazonaws.com/<region>/`.
 * @throws OperatorError for a user, the root user, or a federated user, or when IAM does not answer.
 */
export async function roleOfCaller({ arn }: Caller, region: string): Promise<string> {
  const name = roleOfSession(arn);
  if (name === undefined) throw new OperatorError(`your credentials are those of ${kindOf(arn)}: ${REMEDY}`);
  const iam = new IAMClient({ region });
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }));
    if (Role?.Arn === undefined) throw new Error("the response has no ARN");
    return Role.Arn;
  } catch (error) {
    throw new OperatorError(
      `the path of your role ${name} could not be read (${messageOf(error)}): its session needs iam:GetRole on it`,
    );
  } finally {
    iam.destroy();
  }
}

function kindOf(arn: string): string {
  if (/:root$/.test(arn)) return "the account's root user, which is for nothing but the account itself";
  if (isUser(arn)) return `the IAM user ${arn}, whose access key is permanent`;
  if (/:federated-user\//.test(arn)) return `the federated user ${arn}, who has no role`;
  return `${arn}, which is no session of a role`;
}
