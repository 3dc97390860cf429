import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, isList, type Json, type JsonObject, member, objectOf } from "../../lib/json";
import { messageOf } from "../../lib/message-of";
import { moduleFolder } from "./module-folder";
import { TerraformError } from "./terraform-error";

/** The resources of one module instance in a plan, in the form of a synthesized stack. */
export interface PlannedModule {
  /** Address of the module instance, such as `module.meters["a"]`; empty for the root. */
  readonly module: string;
  /** Its resources, with the values of the plan and, where those are unknown, the module's own references. */
  readonly document: JsonObject;
}

/** A resource instance as it is after the plan is applied. */
interface PlannedResource {
  readonly address: string;
  readonly module: string;
  readonly type: string;
  readonly name: string;
  readonly index: Json | undefined;
  readonly after: JsonObject;
  readonly unknown: Json;
}

/** The major version of the plan's JSON format. */
const FORMAT = /^1\.\d+$/;
/** A module that has one of these has a data plane. */
const MARK = "aws_lambda_function";
/** Meta-arguments that the plan has carried out already. */
const EXPANDED = new Set(["count", "for_each", "//"]);
/** `type.name.attribute`, of one instance or of a counted resource. */
const REFERENCE = /^(?<type>[a-z0-9]+_\w+)\.(?<name>[\w-]+)(?:\[(?:0|\*)\])?\.(?<attribute>\w+)$/;
/** How a module refers to what it makes, or else adopts: the plan tells which of the two it is. */
const MADE_OR_ADOPTED = /^var\.[\w.-]+ == null \? one\((?<made>\w+\.[\w-]+\[\*\]\.\w+)\) : var\.[\w.-]+$/;

/**
 * The data plane's resources in the output of `terraform show -json` for a saved plan.
 * @param shown the output
 * @param root folder of the root module, in which Terraform was run
 * @param chosen address of the module instance that has the data plane; needed where several have one
 * @throws TerraformError for a document that is no plan, a plan that is not whole, or one that leaves no data plane, and naming
 * the address of a value that neither the plan nor the module's expressions tell
 */
export function readSavedPlan(shown: Json, root: string, chosen?: string): PlannedModule {
  if (!isJsonObject(shown)) throw new TerraformError("plan", "must be an object");
  checkPlan(shown);
  const resources = plannedResources(shown);
  const module = moduleOf(resources, chosen);
  const own = resources.filter((resource) => resource.module === module);
  const source = readModule(moduleFolder(root, module));
  const endpoints = own.flatMap(({ type, after }) =>
    type === "aws_opensearch_domain" ? [member(after, "endpoint") ?? []].flat() : [],
  );
  const known = new Map(own.map((resource) => [nameOf(resource, own), resource]));
  const expressions = new Expressions(source, own);
  // The first pass learns the values of expressions that the plan tells in one place, but not in another.
  for (const resource of own) bodyOf(resource, expressions, endpoints);
  const documents: Record<string, Record<string, Json>> = {};
  for (const [name, resource] of known) {
    const body = bodyOf(resource, expressions, endpoints);
    documents[resource.type] = { ...documents[resource.type], [name.slice(resource.type.length + 1)]: body };
  }
  return { module, document: { provider: { aws: [location(shown, module)] }, resource: documents } };
}

function checkPlan(shown: JsonObject): void {
  const version = member(shown, "format_version");
  if (isJsonObject(member(shown, "values"))) {
    throw new TerraformError("plan", "is what `terraform show -json` prints of a state, not of a plan");
  }
  if (typeof version !== "string" || !isJsonObject(member(shown, "planned_values"))) {
    throw new TerraformError("plan", "is not what `terraform show -json` prints of a saved plan");
  }
  if (!FORMAT.test(version)) {
    throw new TerraformError("plan", `has the format version ${version}; the local run reads 1.x`);
  }
  if (member(shown, "errored") === true) {
    throw new TerraformError("plan", "is not whole: planning ended with an error");
  }
  if (member(shown, "complete") === false) {
    throw new TerraformError(
      "plan",
      "is not whole: it was made with -target, or Terraform deferred changes; plan without -target",
    );
  }
}

/** What exists after the plan is applied. */
function plannedResources(shown: JsonObject): PlannedResource[] {
  const changes = member(shown, "resource_changes");
  const resources = (isList(changes) ? changes : []).filter(isJsonObject).flatMap((change) => {
    const { address, type, name, mode } = change;
    const after = member(objectOf(change, "change"), "after");
    if (mode !== "managed" || member(change, "deposed") !== undefined || !isJsonObject(after)) return [];
    if (typeof address !== "string" || typeof type !== "string" || typeof name !== "string") {
      throw new TerraformError("plan", "has a resource without address, type or name");
    }
    const module = member(change, "module_address");
    return [
      {
        address,
        type,
        name,
        module: typeof module === "string" ? module : "",
        index: member(change, "index"),
        after,
        unknown: member(objectOf(change, "change"), "after_unknown") ?? {},
      },
    ];
  });
  if (resources.length === 0) {
    throw new TerraformError("plan", "leaves no resources: it destroys all of them, or there are none");
  }
  return resources;
}

function moduleOf(resources: readonly PlannedResource[], chosen: string | undefined): string {
  const modules = [
    ...new Set(resources.filter(({ type }) => type === MARK).map(({ module }) => module)),
  ].toSorted();
  const named = modules.map((module) => (module === "" ? "the root module" : `'${module}'`)).join(", ");
  if (chosen !== undefined) {
    if (modules.includes(chosen)) return chosen;
    throw new TerraformError(
      `--module ${chosen}`,
      `has no data plane in this plan; modules with one: ${named}`,
    );
  }
  const [only, ...others] = modules;
  if (only === undefined) throw new TerraformError("plan", `has no ${MARK}, so it has no data plane`);
  if (others.length === 0) return only;
  throw new TerraformError("plan", `has several data planes; choose one by --module: ${named}`);
}

/** Name of a resource in the document: the block's own if it has one instance without a key, else with its key. */
function nameOf({ type, name, index }: PlannedResource, own: readonly PlannedResource[]): string {
  const instances = own.filter((other) => other.type === type && other.name === name);
  const isOnly = index === undefined || (index === 0 && instances.length === 1);
  return `${type}.${name}${isOnly ? "" : `[${JSON.stringify(index)}]`}`;
}

/** The region and the account of the plan, as far as it tells them. */
function location(shown: JsonObject, module: string): JsonObject {
  const provider = objectOf(objectOf(objectOf(shown, "configuration"), "provider_config"), "aws");
  const lookedUp = dataSources(objectOf(objectOf(objectOf(shown, "prior_state"), "values"), "root_module"));
  const ofType = (type: string, attribute: string): Json | undefined => {
    const found = lookedUp.filter((source) => member(source, "type") === type);
    const values = (found.find(({ address }) => String(address).startsWith(`${module}.`)) ?? found[0])?.[
      "values"
    ];
    return isJsonObject(values) ? member(values, attribute) : undefined;
  };
  const configured = objectOf(provider, "expressions");
  const region = ofType("aws_region", "id") ?? configuredValue(objectOf(configured, "region"), shown);
  const account = ofType("aws_caller_identity", "account_id");
  const accounts =
    account === undefined ? configuredValue(objectOf(configured, "allowed_account_ids"), shown) : [account];
  return {
    ...(region !== undefined && { region }),
    ...(accounts !== undefined && { allowed_account_ids: accounts }),
  };
}

/** The value of an expression of the root module that is a constant or a variable. */
function configuredValue(expression: JsonObject, shown: JsonObject): Json | undefined {
  const constant = member(expression, "constant_value");
  if (constant !== undefined) return constant;
  const references = member(expression, "references");
  const [only, ...others] = isList(references) ? references : [];
  if (typeof only !== "string" || others.length > 0 || !only.startsWith("var.")) return undefined;
  return member(objectOf(objectOf(shown, "variables"), only.slice("var.".length)), "value");
}

function dataSources(module: JsonObject): JsonObject[] {
  const list = (key: string): JsonObject[] => {
    const items = member(module, key);
    return isList(items) ? items.filter(isJsonObject) : [];
  };
  return [
    ...list("resources").filter((resource) => member(resource, "mode") === "data"),
    ...list("child_modules").flatMap(dataSources),
  ];
}

/** All blocks of a module that is written as JSON. */
function readModule(folder: string): JsonObject {
  const merged: Record<string, Record<string, Json>> = { resource: {}, locals: {} };
  for (const file of documentsOf(folder)) {
    const path = join(folder, file);
    let document: unknown;
    try {
      document = JSON.parse(readFileSync(path, "utf8"));
    } catch (error) {
      throw new TerraformError(path, messageOf(error));
    }
    if (!isJsonObject(document)) throw new TerraformError(path, "must be an object");
    merged["locals"] = { ...merged["locals"], ...objectOf(document, "locals") };
    for (const [type, named] of Object.entries(objectOf(document, "resource"))) {
      if (!isJsonObject(named)) throw new TerraformError(`${path}: ${type}`, "must be an object");
      merged["resource"] = {
        ...merged["resource"],
        [type]: { ...objectOf(merged["resource"] ?? {}, type), ...named },
      };
    }
  }
  return merged;
}

function documentsOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".tf.json"))
      .toSorted();
  } catch (error) {
    throw new TerraformError(folder, `cannot be read: ${messageOf(error)}`);
  }
}

/** The expressions of a module. */
class Expressions {
  private readonly learned = new Map<string, Json>();

  constructor(
    private readonly source: JsonObject,
    private readonly own: readonly PlannedResource[],
  ) {}

  /** The block of a resource; undefined if the module's JSON does not have it. */
  block({ type, name }: PlannedResource): JsonObject | undefined {
    const body = member(objectOf(objectOf(this.source, "resource"), type), name);
    return isJsonObject(body) ? body : undefined;
  }

  /** Records the value that the plan gives to an expression. Those of one instance of a resource may differ. */
  learn(text: string, value: Json): void {
    if (text.includes("${") && !/\b(each|count|self)\./.test(text)) this.learned.set(text, value);
  }

  /** What stands in the place of a value that is known only after apply. */
  unknown(source: Json): Json {
    if (typeof source === "string") return this.reference(source) ?? this.learned.get(source) ?? source;
    if (isList(source)) return source.map((item) => this.unknown(item));
    if (!isJsonObject(source)) return source;
    return Object.fromEntries(Object.entries(source).map(([name, item]) => [name, this.unknown(item)]));
  }

  /** The one reference to a resource that an expression is, also through local values; else undefined. */
  reference(text: string): string | undefined {
    const [, expression] = /^\$\{([^{}]+)\}$/.exec(text) ?? [];
    if (expression === undefined) return undefined;
    const [, local] = /^local\.([\w-]+)$/.exec(expression) ?? [];
    if (local !== undefined) {
      const value = member(objectOf(this.source, "locals"), local);
      return typeof value === "string" ? this.reference(value) : undefined;
    }
    const made = MADE_OR_ADOPTED.exec(expression)?.groups?.["made"];
    const { type, name, attribute } = REFERENCE.exec(made ?? expression)?.groups ?? {};
    const target = this.own.find((resource) => resource.type === type && resource.name === name);
    if (target === undefined || nameOf(target, this.own) !== `${type}.${name}`) return undefined;
    return `\${${type}.${name}.${attribute}}`;
  }
}

/** The properties that the module sets. Defaults of the provider and what only AWS computes are not among them. */
function bodyOf(resource: PlannedResource, expressions: Expressions, endpoints: readonly Json[]): JsonObject {
  const block = expressions.block(resource);
  if (block === undefined) {
    throw new TerraformError(
      resource.address,
      "is not in the module's *.tf.json: the local run reads the modules of this project, and stacks of its constructs",
    );
  }
  return new Reading(resource.address, expressions, endpoints).block(
    block,
    resource.after,
    resource.unknown,
    "",
  );
}

/** One pass over a resource. */
class Reading {
  constructor(
    private readonly address: string,
    private readonly expressions: Expressions,
    private readonly endpoints: readonly Json[],
  ) {}

  /** The properties of a block that its source sets. */
  block(source: JsonObject, after: JsonObject, unknown: Json, path: string): JsonObject {
    const dynamic = Object.keys(objectOf(source, "dynamic"));
    const names = [...Object.keys(source).filter((name) => name !== "dynamic"), ...dynamic];
    return Object.fromEntries(
      names
        .filter((name) => path !== "" || !EXPANDED.has(name))
        .flatMap((name): [string, Json][] => {
          const value = this.value(
            member(source, name),
            member(after, name),
            isJsonObject(unknown) ? unknown[name] : unknown,
            path === "" ? name : `${path}.${name}`,
          );
          return value === undefined ? [] : [[name, value]];
        }),
    );
  }

  private value(
    source: Json | undefined,
    after: Json | undefined,
    unknown: Json | undefined,
    path: string,
  ): Json | undefined {
    if (typeof source === "string") {
      // Also where the plan tells it: an address of AWS must not reach a function that runs here.
      const reference = this.expressions.reference(source);
      if (reference !== undefined) return reference;
    }
    if (after === undefined) {
      if (unknown !== true) return source !== undefined && META_ARGUMENTS.has(path) ? source : undefined;
      if (source !== undefined) return this.expressions.unknown(source);
      throw new TerraformError(
        `${this.address}.${path}`,
        "is known only after apply, and the module's expressions do not tell it",
      );
    }
    if (isList(after)) {
      const sources: readonly Json[] = isList(source) ? source : source === undefined ? [] : [source];
      const [only] = after;
      // The plan has a block that may occur once as a list; here it is in the form of the source.
      if (after.length === 1 && isJsonObject(source) && isJsonObject(only)) {
        return this.value(source, only, isList(unknown) ? unknown[0] : unknown, path);
      }
      return after.map((item: Json, index) => {
        const place = `${path}[${index}]`;
        const itsUnknown = isList(unknown) ? unknown[index] : unknown;
        if (!isJsonObject(item)) return this.value(sources[index], item, itsUnknown, place) ?? null;
        const from = blockOf(item, sources, index);
        return from === undefined
          ? this.members(item, itsUnknown, place)
          : this.block(from, item, itsUnknown ?? {}, place);
      });
    }
    if (isJsonObject(after)) {
      return isJsonObject(source)
        ? this.block(source, after, unknown ?? {}, path)
        : this.members(after, unknown, path);
    }
    const known = this.known(after, path);
    if (typeof source === "string") this.expressions.learn(source, known);
    return known;
  }

  /** The members of a value for which there is no source. */
  private members(after: JsonObject, unknown: Json | undefined, path: string): JsonObject {
    const names = new Set([...Object.keys(after), ...(isJsonObject(unknown) ? Object.keys(unknown) : [])]);
    return Object.fromEntries(
      [...names].flatMap((name): [string, Json][] => {
        const itsUnknown = isJsonObject(unknown) ? unknown[name] : unknown;
        const value = this.value(undefined, member(after, name), itsUnknown, `${path}.${name}`);
        return value === undefined ? [] : [[name, value]];
      }),
    );
  }

  /** A literal value, spelled so that it is evaluated to itself. */
  private known(value: Json, path: string): Json {
    if (typeof value !== "string") return value;
    if (this.endpoints.some((endpoint) => typeof endpoint === "string" && value.includes(endpoint))) {
      throw new TerraformError(
        `${this.address}.${path}`,
        "holds the address of the deployed search domain in a text; the local run replaces it only where it stands alone",
      );
    }
    return value.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
  }
}

/** Terraform's own arguments, which are not among the planned values. */
const META_ARGUMENTS: ReadonlySet<string> = new Set([
  "depends_on",
  "lifecycle",
  "provider",
  "provisioner",
  "connection",
]);

/** The source of a block. Terraform keeps some in the order of a set, so it is the one whose literals the block has. */
function blockOf(item: JsonObject, sources: readonly Json[], index: number): JsonObject | undefined {
  const fits = (source: Json | undefined): source is JsonObject =>
    isJsonObject(source) &&
    Object.entries(source).every(
      ([name, value]) =>
        typeof value !== "string" || value.includes("${") || String(member(item, name) ?? "") === value,
    );
  const same = sources[index];
  return fits(same) ? same : sources.find(fits);
}
