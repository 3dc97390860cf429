import { DescribeRegionsCommand } from "@aws-sdk/client-ec2";
import { GetRoleCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { messageOf } from "../../lib/message-of";
import { isUser, roleOfSession } from "../target/caller-role";
import type { Aws } from "./aws";
import { checked, ok, type Row, row } from "./report";

/** Who makes the calls. */
export interface Caller {
  readonly accountId: string;
  readonly arn: string;
  /** When the session ends; undefined for keys that do not expire. */
  readonly expires: Date | undefined;
}

/** A deploy whose search domain is created takes 20 to 40 minutes; a session that ends meanwhile leaves it half done. */
const DEPLOY_MINUTES = 60;

/** Who the caller is; or the row that says why nobody can tell. */
export async function identify(aws: Aws): Promise<Caller | Row> {
  try {
    const { Account, Arn } = await aws.sts.send(new GetCallerIdentityCommand({}));
    if (Account === undefined || Arn === undefined) throw new Error("the answer has no account");
    const { expiration } = await aws.sts.config.credentials();
    return { accountId: Account, arn: Arn, expires: expiration };
  } catch (error) {
    const remedy = "sign in, for example with `aws sso login`, and set AWS_PROFILE";
    return row("credentials", "will fail", messageOf(error), remedy);
  }
}

/**
 * The caller against the account of the deploy.
 * @param accountId undefined where none is named
 * @param configure what configures the account of an environment; undefined for a stack that takes the caller's
 */
export function checkCaller(
  { accountId: own, arn, expires }: Caller,
  accountId: string | undefined,
  configure: string | undefined,
  now: Date,
): readonly Row[] {
  const session: Row[] =
    expires !== undefined && expires.getTime() - now.getTime() < DEPLOY_MINUTES * 60_000
      ? [
          row(
            "session",
            "warning",
            `ends at ${expires.toISOString()}`,
            "sign in again before a first deploy: it takes up to an hour",
          ),
        ]
      : [];
  if (accountId === undefined) {
    const account =
      configure === undefined
        ? ok("account", `${own}, that of the credentials`)
        : row("account", "will fail", "not configured", configure);
    return [ok("credentials", arn), ...session, account];
  }
  if (accountId !== own) {
    const remedy = `use credentials of ${accountId}, or configure another account`;
    return [
      row("account", "will fail", `the credentials belong to ${own}, the deploy to ${accountId}`, remedy),
    ];
  }
  return [ok("credentials", arn), ...session, ok("account", own)];
}

/** Whether the account has the region enabled. Asked elsewhere: a region that is not enabled answers nobody. */
export function checkRegion(aws: Aws, region: string): Promise<readonly Row[]> {
  const check = "region";
  return checked(check, async () => {
    const { Regions = [] } = await aws.globalEc2.send(new DescribeRegionsCommand({ AllRegions: true }));
    const found = Regions.find(({ RegionName }) => RegionName === region);
    if (found === undefined)
      return row(check, "will fail", `AWS has no region ${region}`, "correct the environment's region");
    return found.OptInStatus === "not-opted-in"
      ? row(
          check,
          "will fail",
          `${region} is not enabled for the account`,
          `aws account enable-region --region-name ${region}, and wait until it is`,
        )
      : ok(check, `${region} is enabled`);
  });
}

/** The principal whose policies can be simulated, or the reason why there is none. */
export type SimulatedPrincipal = { readonly arn: string } | { readonly unknown: string };

/**
 * The user, or the role of a session. The ARN of a session does not have the role's path, so the role is asked for.
 * @throws what the call throws
 */
export async function simulatedPrincipal(aws: Aws, { arn }: Caller): Promise<SimulatedPrincipal> {
  if (isUser(arn)) return { arn };
  const role = roleOfSession(arn);
  if (role === undefined) {
    const who = arn.endsWith(":root") ? "the root user" : "neither a user nor a role of IAM";
    return { unknown: `${arn} is ${who}: IAM does not simulate its permissions` };
  }
  const { Role } = await aws.iam.send(new GetRoleCommand({ RoleName: role }));
  return Role?.Arn === undefined ? { unknown: `IAM did not tell the ARN of ${role}` } : { arn: Role.Arn };
}
