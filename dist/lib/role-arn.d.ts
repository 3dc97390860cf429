/** ARN of an IAM role (not of a user), in any partition. */
export declare const ROLE_ARN: RegExp;
