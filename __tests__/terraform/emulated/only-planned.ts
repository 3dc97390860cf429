import { App } from "cdktf";
import { defineEnvironment, type EnvironmentDefinition } from "../../../environments/environment";
import { prod } from "../../../environments/prod";
import type { Location } from "../../../modules/location";
import { type EnvironmentFolders, readEnvironment } from "../../../ops/terraform/stack-folder";
import { addStacks } from "../../../stacks/add-stacks";
import { SAML } from "../../support/saml";

/** Options that the stand-in has no API for; the emulated environment has all others on. */
const { serving, speed } = defineEnvironment("only-planned.ts", {
  name: prod.name,
  protection: "protected",
  speed: { saml: SAML },
  serving: {
    quickSight: {
      enabled: true,
      principals: [
        { kind: "group", name: "analysts", access: "author" },
        { kind: "user", name: "chief@example.com", access: "reader" },
      ],
    },
  },
});

/** `prod` with QuickSight, and with SAML for Dashboards. */
const DEFINITION: EnvironmentDefinition = {
  ...prod,
  speed: { ...prod.speed, ...(speed.saml && { saml: speed.saml }) },
  serving,
};

/** Types of the resources that these options add. */
export const ONLY_PLANNED = ["aws_opensearch_domain_saml_options", "aws_quicksight_"] as const;

/** Synthesizes the environment below `folder`. */
export function synthesizeOnlyPlanned(folder: string, location: Location): EnvironmentFolders {
  const app = new App({ outdir: folder });
  addStacks(app, [{ ...DEFINITION, location }]);
  app.synth();
  return readEnvironment(folder, DEFINITION.name);
}
