import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { RunTimeContract } from "../../contract/variable";
import { UsageError } from "../../lib/exit";
import { contractOf } from "./contract";
import { readDataPlane } from "./read-data-plane";
import type { PlannedModule } from "./saved-plan";
import { withinModule } from "./terraform-error";
import type { GivenVariables } from "./variables";

const DOCUMENT = "cdk.tf.json";

/** A synthesized stack. */
export interface StackSource {
  /** Folder of its `cdk.tf.json` and `assets/`. */
  readonly directory: string;
  /** Values of its variables. */
  readonly variables: GivenVariables;
  /** Its resources, where they come from a plan; the folder is then the root module's. */
  readonly planned?: PlannedModule;
}

/**
 * The synthesized stack in a folder: the stack's own, or the app's `cdktf.out`, which then has one stack.
 * @throws UsageError when there is none, or more than one
 */
export function findStack(given: string, variables: GivenVariables): StackSource {
  const folder = resolve(given);
  if (existsSync(join(folder, DOCUMENT))) return { directory: folder, variables };
  const stacks = join(folder, "stacks");
  const found = existsSync(stacks)
    ? readdirSync(stacks).filter((name) => existsSync(join(stacks, name, DOCUMENT)))
    : [];
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return { directory: join(stacks, only), variables };
  const reason =
    only === undefined
      ? `there is no ${DOCUMENT}; synthesize the app first, and give its cdktf.out`
      : `there are ${found.length} stacks: give one of ${found.map((name) => join(given, "stacks", name)).join(", ")}`;
  throw new UsageError(`--stack ${given}: ${reason}`);
}

/** What people call the stack. */
export function stackName({ directory }: StackSource): string {
  return basename(directory);
}

/** The contract of the stack's records. It is read before any engine runs, so the search engine's address is none yet. */
export function contractOfStack({ directory, variables, planned }: StackSource): RunTimeContract {
  const plane = readDataPlane(directory, { searchEndpoint: "http://127.0.0.1" }, variables, planned);
  return withinModule(planned?.module ?? "", () => contractOf(plane).contract);
}
