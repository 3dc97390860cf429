import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { Construct } from "constructs";
import type { Contract } from "../../contract/define";
import type { ENVIRONMENT } from "../../lambdas/upsert-to-es/env";
import type { ILake } from "../batch/data-lake";
import { type FunctionDefaults, NodeFunction } from "../functions/node-function";
import type { IEventStream } from "../ingest/event-stream";
import type { INetwork } from "../network/vpc";
import type { ExecutionRole } from "../security/execution-role";
import type { SearchDomain } from "./search-domain";
import type { SearchSetup } from "./search-setup";
export interface UpsertToEsProps extends FunctionDefaults {
    /** What a record is. */
    readonly contract: Contract;
    /** Physical name. */
    readonly name: string;
    readonly source: IEventStream;
    readonly lake: ILake;
    readonly vpc: INetwork;
    readonly domain: SearchDomain;
    /** Its execution role, to which the set-up gives write access. */
    readonly role: ExecutionRole;
    /** The set-up, without which the domain refuses every document. */
    readonly setup: SearchSetup;
    /** Batches of one shard that are indexed at the same time, 1 to 10. */
    readonly parallelizationFactor: number;
    /** Hours that the stream keeps a record. */
    readonly streamRetentionHours: number;
}
/** Indexes every record within seconds after it was sent. */
export declare class UpsertToEs extends Construct {
    readonly function: NodeFunction<typeof ENVIRONMENT>;
    readonly mapping: LambdaEventSourceMapping;
    /** @throws RangeError when the parallelization factor is not 1 to 10. */
    constructor(scope: Construct, id: string, props: UpsertToEsProps);
}
