import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject } from "../lib/json";
import type { Location } from "../modules/location";

/** Placeholder of an unconfigured account: a valid id that no account has. */
export const UNSET_ACCOUNT_ID = "000000000000";

/**
 * Default region. Ireland: the shop in the data sells from London to Europe, and the region has every service of the
 * system.
 */
export const DEFAULT_REGION = "eu-west-1";

/** Git-ignored, beside `cdktf.json` unless `RETAIL_BI_LOCATION_FILE` names another; `npm run bootstrap` writes it. */
export const LOCATION_FILE = ".retail-bi.json";

/** What {@link LOCATION_FILE} has of an environment. */
export interface LocationEntry extends Partial<Location> {
  /** The role of whoever deploys, which administers the search domain. */
  readonly administratorRoleArn?: string;
}

/** The content of {@link LOCATION_FILE}: `{ "dev": { "accountId": "123456789012", "region": "eu-west-1" } }`. */
export type LocationFile = Readonly<Record<string, LocationEntry>>;

const KEYS: readonly string[] = ["accountId", "region", "administratorRoleArn"];

/** The account or region of an environment is malformed; the message names its source. */
export class LocationError extends Error {
  override readonly name = "LocationError";
}

/** The form of an account id. */
export const ACCOUNT_ID = /^\d{12}$/;
/** A region of the `aws` partition; ARNs and service names of other partitions differ. */
export const REGION = /^(?!us-gov|us-iso|cn-)[a-z]{2,4}-[a-z]+-\d$/;

/** The environment variable of a setting, such as `RETAIL_BI_DEV_ACCOUNT_ID`. */
export function variableName(environment: string, setting: "ACCOUNT_ID" | "REGION"): string {
  return `RETAIL_BI_${environment.toUpperCase()}_${setting}`;
}

/** Parses a location file. @throws LocationError naming the file and what is wrong with it. */
export function parseLocationFile(text: string, path: string): LocationFile {
  const fail = (what: string): never => {
    throw new LocationError(`${path}: ${what}`);
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  if (!isJsonObject(parsed)) return fail('must be an object such as {"dev": {"accountId": "123456789012"}}');
  const file: Record<string, LocationEntry> = {};
  for (const [environment, entry] of Object.entries(parsed)) {
    if (!isJsonObject(entry)) return fail(`"${environment}" must be an object with accountId and region`);
    const known: Record<string, string> = {};
    for (const [key, value] of Object.entries(entry)) {
      if (!KEYS.includes(key)) {
        return fail(`"${environment}" has an unknown key "${key}"; it may have ${KEYS.join(", ")}`);
      }
      if (typeof value !== "string")
        return fail(`"${environment}.${key}" is ${JSON.stringify(value)}; a string is wanted`);
      known[key] = value;
    }
    file[environment] = known;
  }
  return file;
}

/** Path of {@link LOCATION_FILE}. @param root of the project. */
export function locationFilePath(
  root: string,
  variables: Readonly<Record<string, string | undefined>>,
): string {
  return variables["RETAIL_BI_LOCATION_FILE"] ?? join(root, LOCATION_FILE);
}

/** Reads {@link LOCATION_FILE}; empty when there is none. @throws LocationError */
export function readLocationFile(path: string): LocationFile {
  return existsSync(path) ? parseLocationFile(readFileSync(path, "utf8"), path) : {};
}

/**
 * Account and region of an environment: its variables, else the file, else the defaults.
 * @throws LocationError naming the source and the value when one is malformed.
 */
export function locate(
  environment: string,
  variables: Readonly<Record<string, string | undefined>>,
  file: LocationFile,
): Location {
  const setting = (
    key: keyof Location,
    variable: string,
    fallback: string,
    format: RegExp,
    wanted: string,
  ) => {
    const fromVariable = variables[variable];
    const value = fromVariable ?? file[environment]?.[key] ?? fallback;
    if (!format.test(value)) {
      const source = fromVariable === undefined ? `${LOCATION_FILE}: ${environment}.${key}` : variable;
      throw new LocationError(`${source} is "${value}"; ${wanted}`);
    }
    return value;
  };
  return {
    accountId: setting(
      "accountId",
      variableName(environment, "ACCOUNT_ID"),
      UNSET_ACCOUNT_ID,
      ACCOUNT_ID,
      "an account id has twelve digits",
    ),
    region: setting(
      "region",
      variableName(environment, "REGION"),
      DEFAULT_REGION,
      REGION,
      `a region of the aws partition is wanted, such as ${DEFAULT_REGION}`,
    ),
  };
}
