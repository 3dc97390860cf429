import {
  defineEnvironment,
  type Environment,
  type EnvironmentSettings,
} from "../../environments/environment";
import type { Location } from "../../modules/location";

export const LOCATION: Location = { accountId: "123456789012", region: "eu-west-1" };

/** An environment for tests: disposable, bare names, whatever `settings` says otherwise. */
export function environment(settings: Partial<EnvironmentSettings> = {}, location = LOCATION): Environment {
  const definition = defineEnvironment("test", {
    name: "test",
    protection: "disposable",
    physicalNames: "bare",
    ...settings,
  });
  return { ...definition, location };
}
