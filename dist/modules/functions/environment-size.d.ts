import type { Construct } from "constructs";
/** Most bytes of a function's variables: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export declare const LAMBDA_ENVIRONMENT_BYTES = 4096;
/**
 * Refuses variables that Lambda would refuse. Lambda measures them as a JSON object. A reference to an attribute that is
 * set in this stack counts as it is set, any other as 256 bytes.
 * @throws RangeError naming the construct, the bytes and the largest variable
 */
export declare function assertEnvironmentFits(construct: Construct, variables: Readonly<Record<string, string>>): void;
