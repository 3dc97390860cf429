import { join } from "node:path";
import { retailTransaction } from "../../contract/retail-transaction";
import { definitionOf } from "../../environments/choose";
import {
  locate,
  locationFilePath,
  readLocationFile,
  UNSET_ACCOUNT_ID,
  variableName,
} from "../../environments/location";
import type { Variables } from "../../lib/variables";
import { namesOf } from "../../modules/naming";
import type { Target } from "./target";

/**
 * The system of an environment.
 * @throws UnknownEnvironmentError; LocationError.
 */
export function targetOfEnvironment(name: string, variables: Variables): Target {
  const definition = definitionOf(name, variables);
  const file = readLocationFile(locationFilePath(join(__dirname, "..", ".."), variables));
  const location = locate(name, variables, file);
  const names = namesOf({ ...definition, location });
  const { tables, index } = retailTransaction;
  return {
    name,
    location,
    contract: retailTransaction,
    tables,
    stream: { name: names.stream, retentionHours: definition.stream.retentionHours },
    lakeBucket: names.lakeBucket,
    analysts: { workgroup: names.analystsWorkgroup, database: names.database },
    ...(definition.speed.enabled && {
      index,
      speed: {
        domain: names.searchDomain,
        functionName: names.upsertToEs,
        saml: definition.speed.saml !== undefined,
      },
    }),
    bastion: names.bastion,
    hints: {
      bastion: `set bastion.enabled to true in environments/${name}.ts and deploy`,
      ...(location.accountId === UNSET_ACCOUNT_ID && {
        account: `the account of ${name} is not configured: set ${variableName(name, "ACCOUNT_ID")}, or run npm run bootstrap -- ${name}`,
      }),
    },
  };
}

/** What the names of an environment's alarms begin with. @throws UnknownEnvironmentError */
export function alarmPrefixOf(
  { name, location }: Pick<Target, "name" | "location">,
  variables: Variables,
): string {
  return `${namesOf({ ...definitionOf(name, variables), location }).alarms}-`;
}
