import { TerraformStack, Token } from "cdktf";
import type { Construct, IConstruct } from "constructs";
import type { Contract } from "../contract/define";
import { DataLake, type ILake } from "./batch/data-lake";
import { DEFAULTS } from "./defaults";
import { EventStream, type IEventStream, type StreamCapacity } from "./ingest/event-stream";
import { type Location, locationOf } from "./location";
import { type GroupNames, type Names, prefixOf, systemNamesOf } from "./naming";
import { EncryptionKey, type EncryptionKeyProps, type IEncryptionKey } from "./security/encryption-key";

/** Properties that a whole system and each of its layers have. */
export interface SystemProps {
  /** What a record is. */
  readonly contract: Contract;
  /**
   * First part of every physical name, 2 to 20 lower-case letters and digits, a letter first.
   * @default the contract's name without underscores
   */
  readonly prefix?: string;
  /** Custom physical names. @default they begin with `prefix` */
  readonly names?: Partial<Names & GroupNames>;
  /** @default where the provider is, by data sources */
  readonly location?: Location;
  /** Deletion window of a new key in days, 7 to 30. @default 30 */
  readonly keyDeletionDays?: number;
  /** Whether resources that hold data refuse to be destroyed; otherwise destroy removes the data, too. @default true */
  readonly protected?: boolean;
  /** Days that logs are kept, one of CloudWatch Logs' retention times. @default 30 */
  readonly logRetentionDays?: number;
}

/** Settings of a new stream. */
export interface StreamSettings {
  /** @default on demand */
  readonly capacity?: StreamCapacity;
  /** Hours that a record can be read again, 24 to 8760. @default 24 */
  readonly retentionHours?: number;
}

/** Settings of a new lake. */
export interface LakeSettings {
  /** Days that overwritten and deleted objects can be restored, 1 or more. @default 30 */
  readonly noncurrentVersionDays?: number;
}

/** The properties of a system, with every default applied. */
export interface System {
  readonly contract: Contract;
  readonly prefix: string;
  readonly names: Names & GroupNames;
  readonly location: Location;
  readonly keyDeletionDays: number;
  readonly protected: boolean;
  readonly logRetentionDays: number;
}

/**
 * Applies the defaults of {@link SystemProps}.
 * @throws RangeError when `prefix` has another form, or none follows from the contract, or when another construct of this
 * kind in the app would own the same names
 */
export function systemOf(scope: Construct, props: SystemProps): System {
  const {
    contract,
    protected: isProtected = true,
    keyDeletionDays = DEFAULTS.keyDeletionDays,
    logRetentionDays = DEFAULTS.logRetentionDays,
  } = props;
  const prefix = prefixOf(scope, contract, props.prefix);
  const location = props.location ?? locationOf(scope);
  const names = { ...systemNamesOf(prefix, location), ...props.names };
  claimNames(scope, { prefix, names, location });
  return { contract, prefix, names, location, keyDeletionDays, protected: isProtected, logRetentionDays };
}

interface Claim extends Pick<System, "prefix" | "names" | "location"> {
  readonly scope: Construct;
}

/** The systems and layers of each app. */
const CLAIMS = new WeakMap<IConstruct, Claim[]>();

/** Remembers who owns names. Where an account or a region is not known before apply, only one stack's can collide. */
function claimNames(scope: Construct, claim: Omit<Claim, "scope">): void {
  const claims = CLAIMS.get(scope.node.root) ?? [];
  CLAIMS.set(scope.node.root, claims);
  for (const other of claims) {
    if (other.scope.constructor !== scope.constructor || other.prefix !== claim.prefix) continue;
    if (!isInTree(other.scope) || !isSamePlace(scope, claim, other)) continue;
    const names: Readonly<Record<string, string>> = { ...other.names };
    const [shared] = Object.entries(claim.names).filter(([what, name]) => names[what] === name);
    if (shared === undefined) continue;
    throw new RangeError(
      `${other.scope.node.path} and ${scope.node.path}: the prefix of both is "${claim.prefix}", so both would own ` +
        `the same names, such as ${shared[0]} "${shared[1]}"; give one of them another prefix`,
    );
  }
  claims.push({ scope, ...claim });
}

function isInTree({ node }: Construct): boolean {
  return node.scope?.node.tryFindChild(node.id)?.node === node;
}

function isSamePlace(scope: Construct, { location }: Omit<Claim, "scope">, other: Claim): boolean {
  if (TerraformStack.of(scope) === TerraformStack.of(other.scope)) return true;
  const [one, another] = [location, other.location].map(({ accountId, region }) => `${accountId} ${region}`);
  return one === another && !Token.isUnresolved(one);
}

/** The given key, else a new one. */
export function keyOf(
  scope: Construct,
  system: System,
  given?: IEncryptionKey,
  settings: Pick<EncryptionKeyProps, "services"> = {},
): IEncryptionKey {
  if (given) return given;
  const { prefix, names, location, keyDeletionDays, protected: isProtected } = system;
  return new EncryptionKey(scope, "Key", {
    alias: names.keyAlias,
    description: `Everything of the ${prefix} environment of retail-bi`,
    location,
    deletionDays: keyDeletionDays,
    protected: isProtected,
    ...settings,
  });
}

/** The given stream, else a new one. */
export function streamOf(
  scope: Construct,
  { names, protected: isProtected }: System,
  key: IEncryptionKey,
  given: IEventStream | StreamSettings = {},
): IEventStream {
  if ("grantRead" in given) return given;
  return new EventStream(scope, "EventStream", {
    name: names.stream,
    capacity: given.capacity ?? { mode: "on-demand" },
    retentionHours: given.retentionHours ?? DEFAULTS.streamRetentionHours,
    key,
    protected: isProtected,
  });
}

/** The given lake, else a new one. */
export function lakeOf(
  scope: Construct,
  system: System,
  key: IEncryptionKey,
  given: ILake | LakeSettings = {},
  rawRetentionDays?: number,
): ILake {
  if ("grant" in given) return given;
  const { contract, names, location, protected: isProtected, logRetentionDays } = system;
  return new DataLake(scope, "DataLake", {
    contract,
    bucketName: names.lakeBucket,
    accessLogBucketName: names.accessLogBucket,
    key,
    accountId: location.accountId,
    rawRetentionDays: rawRetentionDays ?? DEFAULTS.rawRetentionDays,
    noncurrentVersionDays: given.noncurrentVersionDays ?? DEFAULTS.noncurrentVersionDays,
    accessLogDays: logRetentionDays,
    protected: isProtected,
  });
}
