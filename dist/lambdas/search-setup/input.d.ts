import type { RunTimeContract } from "../../contract/variable";
import type { Panel } from "../../dashboards/spec";
/**
 * Input of search-setup from the deploy: the JSON of its `aws_lambda_invocation`. Terraform invokes synchronously, for
 * which Lambda takes 6 MB; a panel is below 1 KB.
 */
export interface SearchSetupInput {
    /** What people look at. @default the contract's default panels */
    readonly panels?: readonly Panel[];
    /** The identity provider's groups with read-only access; added like the writers. May be empty. */
    readonly readerGroups: readonly string[];
    /** Security role with read-only access to the indices. */
    readonly readerRole: string;
    /** ARNs of the IAM roles with read-only access; added like the writers. May be empty. */
    readonly readerRoleArns: readonly string[];
    /** Replicas of each primary shard: 0 on a single node. 0 to 10. */
    readonly replicas: number;
    /** Days after which an index is deleted, counted from its first document. 32 to 36500. */
    readonly retentionDays: number;
    /** Primary shards of each monthly index. 1 to 100. */
    readonly shards: number;
    /** The contract's values that mark lines of the smoke test. @default none */
    readonly smoke?: SmokeInput;
    /** Title of the dashboard. */
    readonly title: string;
    /** ARNs of the IAM roles that may write documents; added to the role's mapping, never replacing it. */
    readonly writerRoleArns: readonly string[];
}
type SmokeInput = Readonly<Record<string, string | number | boolean | null>>;
/** The input is invalid; the message lists every fault. */
export declare class InputError extends Error {
    readonly name = "InputError";
}
/** @throws InputError naming every key that is missing, malformed or unknown, with its value. */
export declare function readInput(contract: RunTimeContract, event: unknown): Required<SearchSetupInput>;
export {};
