/** The public API of the library: contracts, constructs, their properties, and the interfaces of adopted resources. */
export { bigint, boolean, decimal, double, integer, text, timestamp } from "../contract/column";
export { type Contract, ContractError, defineContract, type RecordOf } from "../contract/define";
export { defaultPanels } from "../dashboards/default-panels";
export type {
  Classification,
  Condition as PanelCondition,
  Control,
  ControlsPanel,
  DataPanel,
  Dimension,
  DistinctCount,
  FiguresPanel,
  HeadlinePanel,
  LinesPanel,
  Measure,
  Money,
  Panel,
  PanelOf,
  SharesPanel,
  Sum,
  TextPanel,
  TextUnit,
  Unit,
  Width,
} from "../dashboards/spec";
export { Guardrails } from "./aspects/guardrails";
export { PermissionsBoundary } from "./aspects/permissions-boundary";
export { Tags } from "./aspects/tags";
export { Catalog, type CatalogProps } from "./batch/catalog";
export {
  type AdoptedBucketProps,
  DataLake,
  type DataLakeProps,
  type IAdoptedLake,
  type ILake,
  type LakeAccess,
} from "./batch/data-lake";
export { DeliveryStream, type DeliveryStreamProps } from "./batch/delivery-stream";
export { IngestBatch, type IngestBatchProps, type MergeSettings } from "./batch/ingest-batch";
export { MergeSmallFiles, type MergeSmallFilesProps } from "./batch/merge-small-files";
export { SavedQueries, type SavedQueriesProps, type SavedQuery } from "./batch/saved-queries";
export { smokeFilter } from "./batch/smoke-filter";
export { ValidateRecords, type ValidateRecordsProps } from "./batch/validate-records";
export { Workgroup, type WorkgroupProps } from "./batch/workgroup";
export { ZONES, type Zone } from "./batch/zones";
export { type FunctionDefaults, functionRole } from "./functions/node-function";
export {
  type AdoptedStreamProps,
  EventStream,
  type EventStreamProps,
  type IEventStream,
  type StreamCapacity,
} from "./ingest/event-stream";
export type { Location } from "./location";
export type { GroupNames, Names } from "./naming";
export { Bastion, type BastionProps } from "./network/bastion";
export {
  type AdoptedNetworkProps,
  type IAdoptedNetwork,
  type INetwork,
  type PublicSubnet,
  Vpc,
  type VpcProps,
} from "./network/vpc";
export type { AlarmSubscription } from "./operations/alarm-topic";
export type { BudgetScope } from "./operations/budget";
export type { MonitoredBatchLayer, MonitoredFunction, MonitoredSpeedLayer } from "./operations/monitored";
export {
  type AlarmAges,
  Operations,
  type OperationsProps,
  type OperationsSettings,
} from "./operations/operations";
export { type QuickSightSettings, RetailBi, type RetailBiProps } from "./retail-bi";
export { AdoptedRole, type AdoptedRoleProps } from "./security/adopted-role";
export {
  type AdoptedKeyProps,
  type EncryptingService,
  EncryptionKey,
  type EncryptionKeyProps,
  type IAdoptedKey,
  type IEncryptionKey,
  type KeyUse,
} from "./security/encryption-key";
export { ExecutionRole, type ExecutionRoleProps } from "./security/execution-role";
export type { Condition, Permission, Principal, Statement } from "./security/policy";
export type { Grantee } from "./security/role";
export { QuickSight, type QuickSightPrincipal, type QuickSightProps } from "./serving/quicksight";
export {
  type SamlDefinition,
  type SearchAvailability,
  SearchDomain,
  type SearchDomainProps,
  type SearchDomainSettings,
} from "./speed/search-domain";
export { SearchSetup, type SearchSetupProps } from "./speed/search-setup";
export {
  type NetworkSettings,
  SpeedLayer,
  type SpeedLayerProps,
  type SpeedSettings,
} from "./speed/speed-layer";
export { UpsertToEs, type UpsertToEsProps } from "./speed/upsert-to-es";
export type { LakeSettings, StreamSettings, SystemProps } from "./system";
