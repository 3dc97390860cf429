import { Instance } from "@cdktf/provider-aws/lib/instance";
import { Construct } from "constructs";
import type { Location } from "../location";
import type { IEncryptionKey } from "../security/encryption-key";
import type { SearchDomain } from "../speed/search-domain";
import type { INetwork } from "./vpc";
export interface BastionProps {
    /** `Name` of the instance, physical name of its group, and first part of that of its role. */
    readonly name: string;
    readonly location: Location;
    readonly vpc: INetwork;
    /** The search domain that sessions reach. */
    readonly domain: SearchDomain;
    readonly key: IEncryptionKey;
}
/**
 * The operators' access to the network: an instance without inbound connections. Its agent connects to Session Manager,
 * which forwards ports for those whom IAM allows; CloudTrail records every session.
 *
 * It is in the public subnet, which has no route to the network's S3 endpoint: it downloads packages through the internet
 * gateway, so the endpoint's policy only needs to allow the functions.
 */
export declare class Bastion extends Construct {
    readonly resource: Instance;
    constructor(scope: Construct, id: string, props: BastionProps);
    /** https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html */
    private agentRole;
}
