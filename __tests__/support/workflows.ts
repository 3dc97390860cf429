import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { isJsonObject, type Json, type JsonObject, member } from "../../lib/json";

const FOLDER = join(__dirname, "..", "..", ".github", "workflows");

/** The text of every workflow, by file name. */
export const WORKFLOWS: ReadonlyMap<string, string> = new Map(
  readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), "utf8")]),
);

/** A step that runs a script, with the settings of its job and its workflow. */
export interface RunStep {
  readonly workflow: string;
  /** Key of the job. */
  readonly job: string;
  readonly name: string;
  /** Id under which other steps read its outputs. */
  readonly id?: string;
  /** Its `if`. */
  readonly condition?: string;
  readonly text: string;
  readonly shell?: string;
  readonly workingDirectory?: string;
  /** Variables as written in the file; the definition closest to the step wins. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Every step of a workflow that runs a script, in the order of the file. @throws Error when one has no name. */
export function runSteps(workflow: string): RunStep[] {
  const text = WORKFLOWS.get(workflow);
  if (text === undefined) throw new Error(`there is no ${workflow}; there are ${[...WORKFLOWS.keys()]}`);
  const document = object(parse(text));
  return Object.entries(object(member(document, "jobs"))).flatMap(([key, value]) => {
    const job = object(value);
    const defaults = object(member(object(member(job, "defaults")), "run"));
    const steps = member(job, "steps");
    return (Array.isArray(steps) ? steps.map(object) : [])
      .filter((step) => member(step, "run") !== undefined)
      .map((step): RunStep => {
        const name = textOf(step, "name");
        if (name === undefined) throw new Error(`${workflow}, job ${key}: a step that runs has no name`);
        const [id, condition] = [textOf(step, "id"), textOf(step, "if")];
        const shell = textOf(step, "shell") ?? textOf(defaults, "shell");
        const workingDirectory = textOf(step, "working-directory") ?? textOf(defaults, "working-directory");
        return {
          workflow,
          job: key,
          name,
          text: textOf(step, "run") ?? "",
          environment: Object.fromEntries(
            [document, job, step].flatMap((holder) =>
              Object.entries(object(member(holder, "env"))).map(([variable, one]) => [variable, String(one)]),
            ),
          ),
          ...(id !== undefined && { id }),
          ...(condition !== undefined && { condition }),
          ...(shell !== undefined && { shell }),
          ...(workingDirectory !== undefined && { workingDirectory }),
        };
      });
  });
}

/** The step of that name. @throws Error naming the existing steps. */
export function runStep(workflow: string, name: string): RunStep {
  const steps = runSteps(workflow);
  const found = steps.filter((step) => step.name === name);
  const [step] = found;
  if (step && found.length === 1) return step;
  throw new Error(
    `${workflow} has ${found.length} steps "${name}"; it has ${steps.map((one) => one.name).join(", ")}`,
  );
}

/** The value as an object; an empty one when it is undefined. */
function object(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function textOf(holder: JsonObject, key: string): string | undefined {
  const value = member(holder, key);
  return typeof value === "string" ? value : undefined;
}
