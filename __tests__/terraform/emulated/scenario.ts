import type { Lane } from "./lane";
import { installPacked } from "./packed";
import { bootstrapping } from "./parts/bootstrapping";
import { commandLine } from "./parts/command-line";
import { delivering } from "./parts/delivering";
import { deploying } from "./parts/deploying";
import { disposing } from "./parts/disposing";
import { drifting } from "./parts/drifting";
import { ending } from "./parts/ending";
import { locking } from "./parts/locking";
import { modulesArchive } from "./parts/modules-archive";
import { otherTeams } from "./parts/other-teams";
import { plainTerraform } from "./parts/plain-terraform";
import { refusing } from "./parts/refusing";
import { releasing } from "./parts/releasing";
import { validity } from "./parts/validity";
import { watching } from "./parts/watching";
import { wrongAccount } from "./parts/wrong-account";

/** Counts of a run. */
export interface Seen {
  /** Number of applied resources. */
  readonly resources: number;
  /** Number of destroyed resources. */
  readonly destroyed: number;
}

/** Everything except the creation of the search domain, in an operator's order. */
export async function ordinaryLane(lane: Lane): Promise<Seen> {
  const library = await installPacked(lane);
  await validity(lane, library);
  await wrongAccount(lane);
  const stacks = await bootstrapping(lane);
  const terraform = lane.terraform(stacks.main.path);
  const resources = await deploying(lane, stacks, terraform);
  await releasing(lane, stacks, terraform);
  await drifting(lane, stacks, terraform);
  await locking(lane, stacks, terraform);
  await refusing(lane, terraform);
  await watching(await delivering(lane));
  const destroyed = await disposing(lane, stacks, terraform);
  await commandLine(lane, terraform);
  await modulesArchive(lane);
  await otherTeams(lane, library);
  await plainTerraform(lane);
  await ending(lane, stacks);
  return { resources, destroyed };
}
