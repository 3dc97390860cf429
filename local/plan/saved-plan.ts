import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, isList, type Json, type JsonObject, member, objectOf } from "../../lib/json";
import { messageOf } from "../../lib/message-of";
import { callsOf, moduleFolder } from "./module-folder";
import { nameOf, PlannedBlocks, type PlannedResource } from "./planned-blocks";
import { PlannedConfiguration } from "./planned-configuration";
import { TerraformError } from "./terraform-error";

/** The resources of one module instance in a plan, in the form of a synthesized stack. */
export interface PlannedModule {
  /** Address of the module instance, such as `module.meters["a"]`; empty for the root. */
  readonly module: string;
  /** Its resources, with the values of the plan and, where those are unknown, the module's own references. */
  readonly document: JsonObject;
  /** Known values that its expressions may name. */
  readonly named: { readonly var: JsonObject; readonly local: JsonObject };
}

/** The major version of the plan's JSON format. */
const FORMAT = /^1\.\d+$/;
/** A module that has one of these has a data plane. */
const MARK = "aws_lambda_function";
const FUNCTION_ARN = /^arn:[\w-]+:lambda:(?<region>[\w-]+):(?<account>\d{12}):/;
/** In this resource a module of this project tells what a plan has as unknown because it stands beside something unknown. */
const TOLD = { type: "terraform_data", name: "data_plane" } as const;

/**
 * The data plane's resources in the output of `terraform show -json` for a saved plan.
 * @param shown the output
 * @param root folder of the root module, in which Terraform was run
 * @param chosen address of the module instance that has the data plane; needed where several have one
 * @throws TerraformError for a document that is no plan, a plan that is not whole, leaves no data plane or was made of another module
 * than the one in the folder, and naming the address of a value that neither the plan nor the module's expressions tell
 */
export function readSavedPlan(shown: Json, root: string, chosen?: string): PlannedModule {
  if (!isJsonObject(shown)) throw new TerraformError("plan", "must be an object");
  checkPlan(shown);
  const resources = plannedResources(shown);
  const module = moduleOf(resources, chosen);
  const own = resources.filter((resource) => resource.module === module);
  const configuration = new PlannedConfiguration(objectOf(shown, "configuration"), callsOf(module));
  checkWhole(configuration, own, module);
  const folder = moduleFolder(root, module);
  const source = readModule(folder);
  const told = toldBy(own);
  const blocks = new PlannedBlocks(own, objectOf(source, "locals"));
  const documents: Record<string, Record<string, Json>> = {};
  for (const resource of own) {
    const { type, name, address } = resource;
    const block = member(objectOf(objectOf(source, "resource"), type), name);
    if (!isJsonObject(block)) {
      throw new TerraformError(
        address,
        `is not in a *.tf.json of ${folder}: the local run reads the modules of this project, and stacks of its constructs`,
      );
    }
    const difference = configuration.differenceOf(`${type}.${name}`, block);
    if (difference !== undefined) {
      throw new TerraformError(
        [address, difference].filter(Boolean).join("."),
        `is another in ${folder} than when the plan was made; plan again, or give the plan's own root by --root`,
      );
    }
    const body = blocks.body(withTold(resource, told), block);
    documents[type] = { ...documents[type], [nameOf(resource, own)]: body };
  }
  return {
    module,
    document: {
      provider: { aws: [location(shown, module, configuration, own)] },
      resource: documents,
    },
    named: { var: variablesOf(shown, module, told), local: objectOf(told.known, "locals") },
  };
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
  const complete = member(shown, "complete");
  if (complete === false) {
    throw new TerraformError(
      "plan",
      "is not whole: it was made with -target, or Terraform deferred changes; plan without -target",
    );
  }
  if (complete !== true) {
    throw new TerraformError("plan", "does not tell whether it is whole; plan with Terraform 1.11 or newer");
  }
}

/** What exists after the plan is applied. */
function plannedResources(shown: JsonObject): PlannedResource[] {
  const changes = member(shown, "resource_changes");
  if (!isList(changes) && isJsonObject(member(objectOf(shown, "planned_values"), "root_module"))) {
    throw new TerraformError(
      "plan",
      "has no resource changes: it was made with -refresh-only, or of a root without resources; plan without -refresh-only",
    );
  }
  const resources = (isList(changes) ? changes : []).filter(isJsonObject).flatMap((change) => {
    const { address, type, name, mode } = change;
    const after = member(objectOf(change, "change"), "after");
    if (mode !== "managed" || !isJsonObject(after)) return [];
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
  const [only, ...others] = modules;
  if (only === undefined) throw new TerraformError("plan", `has no ${MARK}, so it has no data plane`);
  if (chosen !== undefined) {
    if (modules.includes(chosen)) return chosen;
    throw new TerraformError(
      `--module ${chosen}`,
      `has no data plane in this plan; modules with one: ${named}`,
    );
  }
  if (others.length === 0) return only;
  throw new TerraformError("plan", `has several data planes; choose one by --module: ${named}`);
}

/** A resource that the plan removes leaves its configuration, too. */
function checkWhole(
  configuration: PlannedConfiguration,
  own: readonly PlannedResource[],
  module: string,
): void {
  const planned = new Set(own.map(({ type, name }) => `${type}.${name}`));
  const absent = configuration.unconditional().find((address) => !planned.has(address));
  if (absent === undefined) return;
  throw new TerraformError(
    absent,
    "is configured, but not planned; plan without -destroy and -target",
  ).within(module);
}

/** What a module of this project tells beside its resources: known values, and in `unknown` those that are not. */
interface Told {
  readonly known: JsonObject;
  readonly unknown: JsonObject;
}

function toldBy(own: readonly PlannedResource[]): Told {
  const resource = own.find(({ type, name }) => type === TOLD.type && name === TOLD.name);
  if (resource === undefined) return { known: {}, unknown: {} };
  const unknown = isJsonObject(resource.unknown) ? objectOf(resource.unknown, "input") : {};
  return { known: objectOf(resource.after, "input"), unknown };
}

/** A function whose variables the plan has as unknown as a whole, with those that the module tells. */
function withTold(resource: PlannedResource, { known, unknown }: Told): PlannedResource {
  const variables = member(objectOf(known, "functions"), resource.name);
  const [environment] = [member(resource.after, "environment")].flat();
  if (resource.type !== MARK || !isJsonObject(variables) || !isJsonObject(environment)) return resource;
  if (member(environment, "variables") !== undefined) return resource;
  const unknownVariables = objectOf(objectOf(unknown, "functions"), resource.name);
  return {
    ...resource,
    after: { ...resource.after, environment: [{ ...environment, variables }] },
    unknown: {
      ...(isJsonObject(resource.unknown) && resource.unknown),
      environment: [{ variables: unknownVariables }],
    },
  };
}

/** The values of the module's variables, as far as the plan tells them. */
function variablesOf(shown: JsonObject, module: string, { known }: Told): JsonObject {
  if (module !== "") return objectOf(known, "variables");
  const given = Object.entries(objectOf(shown, "variables"));
  return Object.fromEntries(
    given.map(([name, variable]) => [
      name,
      isJsonObject(variable) ? (member(variable, "value") ?? null) : null,
    ]),
  );
}

/** The region and the account of the module's provider, as far as the plan tells the account. */
function location(
  shown: JsonObject,
  module: string,
  configuration: PlannedConfiguration,
  own: readonly PlannedResource[],
): JsonObject {
  const lookedUp = dataSources(objectOf(objectOf(objectOf(shown, "prior_state"), "values"), "root_module"));
  const ofType = (type: string, attribute: string): Json | undefined => {
    const prefix = `${module === "" ? "" : `${module}.`}data.${type}.`;
    const values = lookedUp.find(({ address }) => String(address).startsWith(prefix))?.["values"];
    return isJsonObject(values) ? member(values, attribute) : undefined;
  };
  const provider = configuration.providerOf(MARK);
  const configured = (name: string): Json | undefined => configuredValue(provider, name, shown);
  const deployed = own
    .filter(({ type }) => type === MARK)
    .map(({ after }) => FUNCTION_ARN.exec(String(member(after, "arn")))?.groups)
    .find((groups) => groups !== undefined);
  const region = ofType("aws_region", "id") ?? configured("region") ?? deployed?.["region"];
  if (region === undefined) {
    throw new TerraformError(
      "provider.aws.region",
      "is not told by the plan; set it in the provider's block, not only in the environment or a profile",
    );
  }
  const account = ofType("aws_caller_identity", "account_id");
  const accounts =
    (account && [account]) ??
    configured("allowed_account_ids") ??
    (deployed?.["account"] !== undefined ? [deployed["account"]] : undefined);
  return { region, ...(accounts !== undefined && { allowed_account_ids: accounts }) };
}

/** The value of a provider's argument that is a constant, or a variable of the root module. */
function configuredValue(provider: JsonObject, name: string, shown: JsonObject): Json | undefined {
  const expression = objectOf(objectOf(provider, "expressions"), name);
  const references = member(expression, "references");
  // In JSON the text of an expression is a constant value, too.
  if (references === undefined) return member(expression, "constant_value");
  const [only, ...others] = isList(references) ? references : [];
  const isOfRoot = member(provider, "module_address") === undefined;
  if (!isOfRoot || typeof only !== "string" || others.length > 0 || !only.startsWith("var."))
    return undefined;
  const constant = member(expression, "constant_value");
  if (constant !== undefined && constant !== `\${${only}}`) return undefined;
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

/** All resources and local values of a module that is written as JSON. */
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
