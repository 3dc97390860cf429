import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isJsonObject, type JsonObject, member } from "../../lib/json";
import { OperatorError } from "../../lib/operator-error";
import { runProgram } from "../../lib/run-program";
import type { Variables } from "../../lib/variables";

/** The root folder of the project, which contains `main.ts`. */
export const PROJECT_ROOT = resolve(__dirname, "..", "..");

/**
 * Output folder of the commands' synths. It is git-ignored and kept, so that Terraform does not reinstall its provider each
 * time. `RETAIL_BI_WORK_FOLDER` overrides it. (`cdktf.out` belongs to the cdktf CLI.)
 */
export function workFolder(variables: Variables): string {
  return variables["RETAIL_BI_WORK_FOLDER"] ?? join(PROJECT_ROOT, ".retail-bi", "terraform");
}

/** Location of a stack's state. */
export interface Backend {
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
  /** The only allowed account. */
  readonly accountId: string;
}

/** A synthesized stack: Terraform runs in its folder. */
export interface StackFolder {
  readonly name: string;
  readonly path: string;
  readonly backend: Backend;
  /** Exact version of the AWS provider. */
  readonly providerVersion: string;
  /** Its `cdk.tf.json`. */
  readonly document: JsonObject;
}

/** The two stacks of an environment. */
export interface EnvironmentFolders {
  readonly main: StackFolder;
  readonly state: StackFolder;
}

const OVERRIDE = "backend_override.tf.json";

/**
 * Synthesizes one environment below `folder`.
 * @throws OperatorError with the program's own message.
 */
export async function synthesizeEnvironment(
  environment: string,
  variables: Variables,
  folder: string,
): Promise<EnvironmentFolders> {
  mkdirSync(folder, { recursive: true });
  const { exitCode, stderr } = await runProgram(process.execPath, ["--import", "tsx", "main.ts"], {
    cwd: PROJECT_ROOT,
    variables: { ...variables, CDKTF_OUTDIR: folder, RETAIL_BI_ENVIRONMENTS: environment },
    remedy: "it runs this program",
  });
  if (exitCode !== 0) throw new OperatorError(`${environment} cannot be synthesized:\n${stderr.trim()}`);
  return readEnvironment(folder, environment);
}

/**
 * The stacks of an environment that was synthesized below `folder`.
 * @throws OperatorError naming what is missing in a stack.
 */
export function readEnvironment(folder: string, environment: string): EnvironmentFolders {
  return {
    main: readStack(folder, environment),
    state: readStack(folder, `${environment}-state`),
  };
}

/** Keeps the stack's state in its own folder from the next `init` on, instead of in its bucket. */
export function keepStateHere(stack: Pick<StackFolder, "path">): void {
  writeFileSync(join(stack.path, OVERRIDE), JSON.stringify({ terraform: { backend: { local: {} } } }));
}

/** Keeps the stack's state in its bucket from the next `init` on. */
export function keepStateInBucket(stack: StackFolder): void {
  rmSync(join(stack.path, OVERRIDE), { force: true });
}

/** The AWS provider's version in a stack's folder, exact or a constraint. @throws OperatorError when it has none */
export function providerVersionIn(path: string): string {
  return new StackDocument(path).providerVersion;
}

/** The `cdk.tf.json` in a stack's folder. */
class StackDocument {
  public readonly root: JsonObject;
  private readonly file: string;

  public constructor(path: string) {
    this.file = join(path, "cdk.tf.json");
    this.root = this.object(JSON.parse(readFileSync(this.file, "utf8")));
  }

  public get providerVersion(): string {
    return this.text(this.object(this.root, "terraform", "required_providers", "aws"), "version");
  }

  public object(start: unknown, ...keys: string[]): JsonObject {
    const found = keys.reduce<unknown>((at, key) => (isJsonObject(at) ? member(at, key) : undefined), start);
    if (!isJsonObject(found)) throw new OperatorError(`${this.file} has no ${keys.join(".")}`);
    return found;
  }

  public text(object: JsonObject, key: string): string {
    const value = member(object, key);
    if (typeof value !== "string") throw new OperatorError(`${this.file} has no string for ${key}`);
    return value;
  }

  public onlyText(object: JsonObject, key: string): string {
    const values = member(object, key);
    const [value] = Array.isArray(values) ? values : [];
    if (typeof value !== "string") throw new OperatorError(`${this.file} has no string in ${key}`);
    return value;
  }
}

function readStack(folder: string, name: string): StackFolder {
  const path = join(folder, "stacks", name);
  const document = new StackDocument(path);
  const backend = document.object(document.root, "terraform", "backend", "s3");
  return {
    name,
    path,
    backend: {
      bucket: document.text(backend, "bucket"),
      key: document.text(backend, "key"),
      region: document.text(backend, "region"),
      accountId: document.onlyText(backend, "allowed_account_ids"),
    },
    providerVersion: document.providerVersion,
    document: document.root,
  };
}
