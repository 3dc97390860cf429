import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { Construct } from "constructs";
import type { Location } from "../location";
import { PolicyDocument, type Principal } from "./policy";
import type { Grantee } from "./role";
/** A service that uses the key on behalf of its caller, as `kms:ViaService` names it. */
export type EncryptingService = "s3" | "kinesis" | "lambda" | "es" | "sns" | "ec2";
export interface EncryptionKeyProps {
    /** With `alias/` in front. */
    readonly alias: string;
    readonly description: string;
    readonly location: Location;
    /** The services through which the account may use the key. @default all that the constructs of this library use */
    readonly services?: readonly EncryptingService[];
    /** Deletion window in days, 7 to 30. */
    readonly deletionDays: number;
    /** Refuses to be destroyed. */
    readonly protected: boolean;
}
/** A key of this library or of another team: it encrypts, and grants others its use. */
export interface IEncryptionKey {
    readonly arn: string;
    /** Allows CloudWatch Logs to encrypt the log group of this name with the key. */
    allowLogGroup(name: string): void;
    /**
     * Allows an AWS service to publish to a topic that the key encrypts, on behalf of `sourceArn` of this account only. Not
     * for EventBridge, which passes neither account nor source to KMS.
     * @param sid of the statement, one for each service: topics that share the key share it
     */
    allowPublisher(sid: string, service: string, sourceArn: string): void;
    /**
     * Grants `use` of the key to `role`.
     * @param sid of the statement, unique in the role's policy
     * @throws Error when the key's own policy does not let the account use it through that service
     */
    grantUse(role: Grantee, sid: string, use: KeyUse): void;
}
/** An existing key. */
export interface AdoptedKeyProps {
    /** ARN of the key itself, not of an alias: in policies an alias has no effect. */
    readonly arn: string;
    /** Account and region in which the key is used. */
    readonly location: Location;
    /** The services through which the account uses the key. @default all that the constructs of this library use */
    readonly services?: readonly EncryptingService[];
}
/** A key whose owner controls its policy. */
export interface IAdoptedKey extends IEncryptionKey {
    /** JSON of a policy, also an output of the stack: its statements must be in the key's policy. */
    readonly policyForOwner: string;
}
/** A role's use of the key: the actions, the service, and the encryption context. */
export interface KeyUse {
    readonly via: EncryptingService;
    readonly decrypt: boolean;
    readonly encrypt: boolean;
    /** The service's encryption context: its key, and patterns of its value. */
    readonly context: {
        readonly key: string;
        readonly values: readonly string[];
    };
}
declare abstract class EncryptionKeyBase extends Construct implements IEncryptionKey {
    abstract readonly arn: string;
    protected readonly policy: PolicyDocument;
    protected readonly account: readonly Principal[];
    private readonly services;
    private readonly location;
    constructor(scope: Construct, id: string, { location, services }: Pick<EncryptionKeyProps, "location" | "services">);
    allowLogGroup(name: string): void;
    allowPublisher(sid: string, service: string, sourceArn: string): void;
    grantUse(role: Grantee, sid: string, use: KeyUse): void;
    /** Lets the account use the key through the services; each role needs a grant as well. */
    protected allowAccount(): void;
    private viaService;
}
/**
 * The environment's customer-managed key. Its policy lets the account use it through the named services
 * only, so that stolen credentials cannot decrypt by calling KMS; each role needs a grant as well.
 */
export declare class EncryptionKey extends EncryptionKeyBase {
    readonly resource: KmsKey;
    constructor(scope: Construct, id: string, props: EncryptionKeyProps);
    /**
     * A key of another owner. Nothing in it is changed: its owner adds {@link IAdoptedKey.policyForOwner} to its
     * policy.
     * @throws RangeError when `arn` is not the ARN of a key
     */
    static fromArn(scope: Construct, id: string, props: AdoptedKeyProps): IAdoptedKey;
    get arn(): string;
}
export {};
