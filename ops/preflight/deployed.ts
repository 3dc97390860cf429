import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { GetBucketVersioningCommand, GetObjectCommand } from "@aws-sdk/client-s3";
import { counted } from "../../lib/counted";
import { isJsonObject, isList, type JsonObject, member, objectOf } from "../../lib/json";
import { OperatorError } from "../../lib/operator-error";
import { findState } from "../terraform/state-bucket";
import { failureOf, statusOf } from "./aws";
import type { Inventory } from "./inventory";
import type { PlannedResource, PlannedStack } from "./planned-stack";
import { checked, ok, type Row, row, unmade } from "./report";
import { nameProperty } from "./resource-types";

/** What a stack's state holds. */
export class Deployed {
  static readonly nothing = new Deployed(new Set(), new Set());

  private constructor(
    private readonly addresses: ReadonlySet<string>,
    /** `type name` */
    private readonly names: ReadonlySet<string>,
  ) {}

  /** @param text a state, format 4. @throws OperatorError when it is something else; no value of the state is in the message */
  static parse(text: string, from: string): Deployed {
    let state: unknown;
    try {
      state = JSON.parse(text);
    } catch {
      throw new OperatorError(`${from} is not JSON`);
    }
    if (!isJsonObject(state) || member(state, "version") !== 4) {
      throw new OperatorError(`${from} is not a Terraform state of format 4`);
    }
    const resources = member(state, "resources");
    const own = (isList(resources) ? resources : [])
      .filter(isJsonObject)
      .filter((entry) => member(entry, "mode") === "managed" && member(entry, "module") === undefined);
    return new Deployed(
      new Set(own.map((entry) => `${member(entry, "type")}.${member(entry, "name")}`)),
      new Set(own.flatMap(namesIn)),
    );
  }

  /** Whether the state has the resource. */
  has({ address }: PlannedResource): boolean {
    return this.addresses.has(address);
  }

  /** Whether the state has a resource of this type with this physical name, at whatever address. */
  hasName(type: string, name: string): boolean {
    return this.names.has(`${type} ${name}`);
  }
}

function namesIn(entry: JsonObject): string[] {
  const type = String(member(entry, "type"));
  const property = nameProperty(type);
  const instances = member(entry, "instances");
  if (property === undefined || !isList(instances)) return [];
  return instances.filter(isJsonObject).flatMap((instance) => {
    const name = member(objectOf(instance, "attributes"), property);
    return typeof name === "string" ? [`${type} ${name}`] : [];
  });
}

/** A state, as far as it can be read. */
export interface StateCheck {
  readonly rows: readonly Row[];
  /** Undefined where it cannot be read. */
  readonly deployed: Deployed | undefined;
}

/**
 * Looks at the place of a stack's state, and reads the state.
 * @param makeBucket how a missing bucket is created
 */
export async function checkState(
  stack: PlannedStack,
  inventory: Inventory,
  makeBucket: string,
): Promise<StateCheck> {
  const backends = objectOf(objectOf(stack.document, "terraform"), "backend");
  const s3 = member(backends, "s3");
  if (isJsonObject(s3)) return checkBucket(stack, s3, inventory, makeBucket);
  const local = member(backends, "local");
  if (isJsonObject(local) || Object.keys(backends).length === 0) {
    const path = isJsonObject(local)
      ? stack.resolved(member(local, "path"), "terraform.backend.local")
      : undefined;
    const file = resolve(stack.source.directory, path ?? "terraform.tfstate");
    const deployed = existsSync(file) ? Deployed.parse(readFileSync(file, "utf8"), file) : Deployed.nothing;
    const remedy = "a backend that others can reach keeps it from being lost with this machine";
    return { rows: [row("state", "warning", `in a file of this machine, ${file}`, remedy)], deployed };
  }
  const kind = Object.keys(backends).join(", ");
  const remedy = "names below that exist may be the stack's own: compare them with `terraform state list`";
  return { rows: [row("state", "unknown", `backend ${kind} is not read here`, remedy)], deployed: undefined };
}

async function checkBucket(
  stack: PlannedStack,
  s3: JsonObject,
  { aws, buckets }: Inventory,
  makeBucket: string,
): Promise<StateCheck> {
  const check = "state bucket";
  const text = (key: string): string | undefined =>
    stack.resolved(member(s3, key), `terraform.backend.s3.${key}`);
  const [bucket, key] = [text("bucket"), text("key")];
  if (bucket === undefined || key === undefined) {
    const found = "the backend does not name its bucket and key: they are given to `terraform init`";
    return { rows: [row(check, "unknown", found, "name them in the stack")], deployed: undefined };
  }
  const { accountId } = stack.location;
  let found: Awaited<ReturnType<typeof findState>>;
  try {
    found = await findState({ bucket, key, accountId }, aws.s3);
  } catch (error) {
    if (statusOf(error) !== 403) return { rows: [unmade(check, failureOf(error))], deployed: undefined };
    const owned = await buckets().catch(() => undefined);
    if (owned === undefined || owned.includes(bucket)) {
      return { rows: [unmade(check, failureOf(error))], deployed: undefined };
    }
    const remedy = "give the bucket another name: bucket names are unique in all of AWS";
    return {
      rows: [row(check, "will fail", `${bucket} belongs to another account`, remedy)],
      deployed: undefined,
    };
  }
  if (found === "absent") {
    return {
      rows: [row(check, "will fail", `${bucket} does not exist`, makeBucket)],
      deployed: Deployed.nothing,
    };
  }
  const versioning = await checked(check, async () => {
    const { Status } = await aws.s3.send(new GetBucketVersioningCommand({ Bucket: bucket }));
    return Status === "Enabled"
      ? ok(check, `${bucket}, versioned`)
      : row(
          check,
          "warning",
          `${bucket} keeps no old versions`,
          "enable versioning: a lost state cannot be restored without",
        );
  });
  const content = `state of ${stack.name}`;
  if (found === "without state") {
    return {
      rows: [...versioning, ok(content, "none yet: this is the first deploy")],
      deployed: Deployed.nothing,
    };
  }
  try {
    const { Body } = await aws.s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner: accountId }),
    );
    const deployed = Deployed.parse((await Body?.transformToString()) ?? "", `s3://${bucket}/${key}`);
    const there = stack.resources.filter((one) => deployed.has(one)).length;
    return {
      rows: [
        ...versioning,
        ok(content, `${there} of ${counted(stack.resources.length, "resource")} deployed`),
      ],
      deployed,
    };
  } catch (error) {
    if (error instanceof OperatorError) {
      const remedy = "restore an earlier version of the object";
      return { rows: [...versioning, row(content, "will fail", error.message, remedy)], deployed: undefined };
    }
    return { rows: [...versioning, unmade(content, failureOf(error))], deployed: undefined };
  }
}
