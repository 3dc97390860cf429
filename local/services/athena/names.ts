/** The one data catalog of an account. */
export const CATALOG_NAME = "AwsDataCatalog";

/** The engine version, as Athena reports it. */
export const ENGINE_VERSION = {
  SelectedEngineVersion: "AUTO",
  EffectiveEngineVersion: "Athena engine version 3",
};
