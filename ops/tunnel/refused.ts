/** A response by which the domain rejects the caller. */
interface Refused {
  readonly status: number;
  /** Decoded as text. */
  readonly body: string;
  /** The `Date` of the response, if any. */
  readonly domainTime: Date | undefined;
  /** Time of the signature, by this machine's clock. */
  readonly signedAt: Date;
  /** Access key of the signature. */
  readonly accessKeyId: string;
}

/** Reason of the domain's refusal. */
type RefusalCause =
  | "expired-credentials"
  | "clock"
  | "unknown-credentials"
  | "signature"
  | "policy"
  | "role-mapping"
  | "other";

interface RefusalExplanation {
  readonly cause: RefusalCause;
  /** For the operator: the cause and the remedy. */
  readonly text: string;
}

/** AWS accepts signatures that are at most this much early or late. */
const TOLERANCE_MINUTES = 5;
const MINUTE_MS = 60_000;
const EXCERPT = 300;

/** Whether a status means that the domain rejected the caller. */
export function isRefusal(status: number | undefined): boolean {
  return status === 401 || status === 403;
}

/**
 * Explains why the domain rejected a request, by the error messages of AWS's endpoint (signature, policies), see
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html, and of the engine's
 * security plugin (role mappings).
 */
export function explainRefusal(refused: Refused): RefusalExplanation {
  const { status, body, domainTime, signedAt, accessKeyId } = refused;
  const [, action, user] = /no permissions for \[([^\]]+)\] and User \[name=([^,\]]+)/.exec(body) ?? [];
  if (action !== undefined && user !== undefined) {
    return {
      cause: "role-mapping",
      text:
        `the domain knows you as ${user}, but no security role that is mapped to you allows ${action}. ` +
        "Let the domain's master map your IAM role's ARN, as a backend role, to a role that does: docs/operations.md",
    };
  }
  const aheadMinutes = domainTime === undefined ? 0 : (signedAt.getTime() - domainTime.getTime()) / MINUTE_MS;
  if (
    Math.abs(aheadMinutes) >= TOLERANCE_MINUTES ||
    /Signature (expired|not yet current)|RequestTimeTooSkewed/i.test(body)
  ) {
    return { cause: "clock", text: clockText(aheadMinutes, domainTime, signedAt) };
  }
  if (/security token included in the request is expired|ExpiredToken/i.test(body)) {
    return {
      cause: "expired-credentials",
      text: `your credentials (${accessKeyId}) have expired: sign in again, for example with \`aws sso login\`. The tunnel rereads profiles and files itself; after a change of variables, restart it`,
    };
  }
  if (/security token included in the request is invalid|UnrecognizedClient/i.test(body)) {
    return {
      cause: "unknown-credentials",
      text: `AWS does not know the credentials ${accessKeyId}: see which ones \`aws sts get-caller-identity\` uses, and set AWS_PROFILE`,
    };
  }
  if (/signature we calculated does not match|SignatureDoesNotMatch/i.test(body)) {
    return {
      cause: "signature",
      text: `the signature by ${accessKeyId} is invalid: its secret key is wrong, or something on the way changes requests`,
    };
  }
  if (/not authorized to perform/i.test(body)) {
    return {
      cause: "policy",
      text: `neither your IAM policies nor the domain's policy let you in (${excerpt(body)}): allow your role es:ESHttp* on the domain`,
    };
  }
  return { cause: "other", text: `the domain refused with ${status}: ${excerpt(body)}` };
}

function clockText(aheadMinutes: number, domainTime: Date | undefined, signedAt: Date): string {
  const off = Math.abs(Math.round(aheadMinutes));
  const how =
    domainTime === undefined
      ? `wrong: it says ${signedAt.toISOString()}`
      : `${off} minutes ${aheadMinutes > 0 ? "fast" : "slow"}: it says ${signedAt.toISOString()}, the domain ${domainTime.toISOString()}`;
  return `the clock of this machine is ${how}. AWS refuses signatures more than ${TOLERANCE_MINUTES} minutes off: set the clock, for example with \`sudo timedatectl set-ntp true\``;
}

function excerpt(body: string): string {
  const line = body.replace(/\s+/g, " ").trim();
  return line.length > EXCERPT ? `${line.slice(0, EXCERPT)}…` : line;
}
