import { randomUUID } from "node:crypto";

/** The one data catalog of an account. */
export const CATALOG_NAME = "AwsDataCatalog";

/** The engine version, as Athena reports it. */
export const ENGINE_VERSION = {
  SelectedEngineVersion: "AUTO",
  EffectiveEngineVersion: "Athena engine version 3",
};

/**
 * The message for a database or table that the catalog does not have. Athena passes Glue's on, and clients find the name
 * of the error in it (PyAthena: `NoSuchTableError`).
 */
export function entityNotFound(): string {
  return `Entity Not Found (Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; Request ID: ${randomUUID()}; Proxy: null)`;
}

/** A database's name as a caller gives it: backquotes, as in DDL, are no part of it. */
export function unquoted(name: string): string {
  return /^`[^`]+`$/.test(name) ? name.slice(1, -1) : name;
}
