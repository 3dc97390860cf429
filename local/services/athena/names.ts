/** The one data catalog of an account. */
export const CATALOG_NAME = "AwsDataCatalog";

/** What queries run on, as Athena tells it. */
export const ENGINE_VERSION = {
  SelectedEngineVersion: "AUTO",
  EffectiveEngineVersion: "Athena engine version 3",
};
