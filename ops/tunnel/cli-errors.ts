const SIGN_IN = "sign in, for example with `aws sso login`, and set AWS_PROFILE";

/** Error output of the AWS CLI → its meaning and remedy. The first match is used. */
const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [
    /SessionManagerPlugin is not found/,
    "the AWS CLI lacks its Session Manager plugin: install it (https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html), so that `session-manager-plugin` is on the PATH",
  ],
  [
    /TargetNotConnected/,
    "the bastion is not connected to Session Manager: it may still be starting (wait 2 minutes), or its agent cannot reach the internet; see docs/operations.md",
  ],
  [
    /\((?:AccessDenied\w*|UnauthorizedOperation|UnauthorizedException)\)/,
    'your role may not do that; docs/operations.md, "Reaching Dashboards", lists what it needs',
  ],
  [
    /\((?:ExpiredToken\w*|RequestExpired)\)|Token has expired|Error loading SSO Token|session (?:has|associated with this profile has) expired|refresh failed/i,
    `your credentials have expired: ${SIGN_IN}`,
  ],
  [
    /Signature (?:expired|not yet current)|RequestTimeTooSkewed/i,
    "the clock of this machine is wrong: set it",
  ],
  [/Unable to locate credentials|NoCredentials|Partial credentials/i, `there are no credentials: ${SIGN_IN}`],
  [
    /\((?:InvalidClientTokenId|UnrecognizedClient\w*|AuthFailure)\)/,
    `AWS does not know these credentials: ${SIGN_IN}`,
  ],
  [/config profile \(.*\) could not be found/, "AWS_PROFILE names a profile that does not exist"],
  [
    /Could not connect to the endpoint URL/,
    "AWS cannot be reached: check the network and the proxy settings",
  ],
  [
    /Connection to destination port failed/,
    "the bastion does not reach the domain: see the domain's security group",
  ],
];

/** Meaning and remedy of the AWS CLI's error output, followed by the output; the output alone when it is unknown. */
export function explainCliError(stderr: string): string {
  const output = stderr.trim();
  const [, meaning] = EXPLANATIONS.find(([pattern]) => pattern.test(output)) ?? [];
  if (meaning === undefined) return output === "" ? "the AWS CLI gives no reason" : output;
  return `${meaning} (the AWS CLI says: ${output})`;
}
