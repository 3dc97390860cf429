import { join } from "node:path";
import type { Lane } from "../lane";

/** `toBeValidTerraform` for the stacks of every environment. */
export async function validity(lane: Lane): Promise<void> {
  const { report } = lane;
  report.part("Every stack of every environment is valid Terraform");
  for (const environment of ["dev", "prod", "emulated"]) {
    await report.step(`toBeValidTerraform: ${environment}, ${environment}-state`, async () => {
      const folder = join(lane.scratch, `valid-${environment}`);
      await lane.npm(0, ["synth"], { RETAIL_BI_ENVIRONMENTS: environment, CDKTF_OUTDIR: folder });
      await lane.expectExit(
        0,
        process.execPath,
        ["--import", "tsx", join(__dirname, "..", "valid.ts"), folder],
        // Without an account there is no bucket of a state to connect to.
        { TF_CLI_ARGS_init: "-backend=false" },
      );
      return "";
    });
  }
}
