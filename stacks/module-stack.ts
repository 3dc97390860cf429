import { basename } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import {
  Aspects,
  type IAspect,
  TerraformDataSource,
  TerraformElement,
  TerraformOutput,
  TerraformResource,
  TerraformStack,
} from "cdktf";
import type { Construct, IConstruct, Node } from "constructs";
import { Guardrails } from "../modules/aspects/guardrails";
import { resourceTypeOf } from "../modules/aspects/terraform-type";
import { LAMBDA_ENVIRONMENT_BYTES, UNKNOWN_BYTES } from "../modules/functions/environment-size";
import { REMOVABLE, STATEFUL } from "../modules/stateful";
import {
  type Conditions,
  type Json,
  type OptionalStatement,
  type Resources,
  withIndexes,
  withOptionalStatements,
} from "./module-conditions";
import { variable } from "./module-variables";

/** The first version with native locking of the S3 backend, and with rules of a variable that name another. */
const REQUIRED_TERRAFORM = ">= 1.11";
/** The provider that the constructs are generated from, and later ones of its major version. */
const REQUIRED_AWS = ">= 5.100.0, < 6.0.0";

/** Scopes that only group constructs; addresses leave them out, as those of {@link RetailBiStack} do. */
const GROUPS = new Set(["Default", "IngestBatch", "SpeedLayer"]);

/**
 * A stack that becomes a Terraform module: without provider, backend and metadata, and with readable addresses. The
 * partition comes from a data source; the zips of the functions are in the folder `functions` of the module.
 */
export class ModuleStack extends TerraformStack {
  /** The addresses, each with the path of its construct. */
  private readonly owners = new Map<string, string>();
  /** What exists only under conditions, all of them, in HCL. */
  private readonly conditions: Conditions = new Map();
  private readonly statements: OptionalStatement[] = [];

  public constructor(scope: Construct, id: string) {
    super(scope, id);
    // cdktf refuses a stack without a provider; the module's JSON has none.
    new AwsProvider(this, "Aws", {});
    variable(
      this,
      "force_destroy",
      "bool",
      "Whether destroy also removes the objects of the buckets, the consumers of the stream, and the queries of the workgroups",
      [],
      { default: false },
    );
    Aspects.of(this).add(new Removable());
    const guardrails = new Guardrails();
    Aspects.of(this).add(guardrails);
    this.node.addValidation({ validate: () => guardrails.findings });
  }

  /**
   * Lets resources and data sources exist only under a condition, which Terraform must know at plan: what a construct decides
   * by a literal. A second call adds its condition.
   * @param condition in HCL
   * @param scopes with all that is beneath them
   */
  public existsIf(condition: string, ...scopes: readonly IConstruct[]): void {
    for (const element of scopes.flatMap(({ node }) => node.findAll())) {
      const resource = TerraformResource.isTerraformResource(element);
      if (!resource && !TerraformDataSource.isTerraformDataSource(element)) continue;
      const address = `${resource ? "" : "data."}${element.terraformResourceType}.${element.friendlyUniqueId}`;
      const all = [...(this.conditions.get(address) ?? []), condition];
      this.conditions.set(address, all);
      element.addOverride("count", `\${${all.map((one) => `(${one})`).join(" && ")} ? 1 : 0}`);
    }
  }

  /**
   * Lets a statement of a policy exist only under a condition.
   * @param sid of the statement, in one policy of the module
   * @param condition in HCL
   * @param identifiers of its principals, a list in HCL. @default those of the construct
   */
  public statementIf(sid: string, condition: string, identifiers?: string): void {
    this.statements.push({ sid, condition, ...(identifiers !== undefined && { identifiers }) });
  }

  /** Adds the output `stateful` for the caller's guard: call it when every resource exists. */
  public addStateful(): void {
    const ids = this.node
      .findAll()
      .filter((node) => Object.hasOwn(STATEFUL, resourceTypeOf(node) ?? ""))
      .filter(TerraformResource.isTerraformResource)
      // A splat also takes a single resource, and none.
      .map((one) => `${one.terraformResourceType}.${one.friendlyUniqueId}[*].id`)
      .sort();
    const output = new TerraformOutput(this, "stateful", {
      value: `\${concat(${ids.join(", ")})}`,
      description:
        "Ids of what holds data. Make them triggers_replace of a terraform_data with prevent_destroy, and Terraform refuses to destroy or replace them",
    });
    output.overrideLogicalId("stateful");
  }

  /** Readable: the ids of the scopes in snake case, without those that only group or repeat the scope. */
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const node = TerraformElement.isTerraformElement(element) ? element.node : element;
    const ids = node.scopes
      .slice(1)
      .map((scope) => scope.node.id)
      .filter((id) => id !== this.node.id && !GROUPS.has(id))
      .map(snakeCase);
    // `execution_role` and `role` are `execution_role`.
    const id = ids.filter((one, at) => !`_${ids[at - 1]}`.endsWith(`_${one}`)).join("_");
    const type = TerraformElement.isTerraformElement(element) ? (resourceTypeOf(element) ?? "") : "asset";
    const address = `${type}.${id}`;
    const owner = this.owners.get(address);
    if (type !== "" && owner !== undefined && owner !== node.path) {
      throw new Error(`${owner} and ${node.path} would both be ${address}`);
    }
    this.owners.set(address, node.path);
    return id;
  }

  /** The module's JSON. */
  public override toTerraform(): { readonly [key: string]: Json } {
    const { "//": _, provider, ...whole } = inModule(super.toTerraform() as Json) as Record<string, Json>;
    const json = withIndexes(withOptionalStatements(whole, this.statements), this.conditions);
    const resources = json["resource"] as Resources;
    return {
      ...json,
      locals: { ...(json["locals"] as object), function_variables: functionVariables(resources) },
      resource: { ...resources, terraform_data: { data_plane: dataPlane(resources) } },
      terraform: {
        required_version: REQUIRED_TERRAFORM,
        required_providers: { aws: { source: "hashicorp/aws", version: REQUIRED_AWS } },
      },
      data: {
        ...(json["data"] as object),
        aws_partition: { current: {} },
      },
    };
  }
}

/**
 * The variables of the functions, by the names of their resources. In a plan the provider has a function's variables as
 * unknown if one of them is, such as the endpoint of a domain that does not exist yet; Terraform's own resource does not.
 */
function functionVariables({
  aws_lambda_function: functions = {},
}: Resources): Readonly<Record<string, Json>> {
  const variables = Object.entries(functions).map(([name, { environment }]) => {
    const given = (environment as { readonly variables?: Json } | undefined)?.variables;
    if (given === undefined) throw new Error(`aws_lambda_function.${name} has no variables`);
    return [name, given] as const;
  });
  return Object.fromEntries(variables);
}

/**
 * Tells in a plan what the data plane's resources do not: the variables of the functions, and the module's variables and local
 * values in the inputs of the deploy's invocations, which are unknown as a whole where they hold the ARN of a role that does
 * not exist yet.
 */
function dataPlane({ aws_lambda_invocation: invocations = {} }: Resources): Readonly<Record<string, Json>> {
  const inputs = Object.values(invocations).map(({ input }) => String(input));
  return {
    input: {
      functions: "${local.function_variables}",
      ...namedIn(inputs, "variables", "var"),
      ...namedIn(inputs, "locals", "local"),
    },
    lifecycle: SHORT_ENOUGH,
  };
}

/** What texts with other references name of a module, each as a reference to itself; nothing if there is none. */
function namedIn(
  texts: readonly string[],
  key: "variables" | "locals",
  kind: "var" | "local",
): Readonly<Record<string, Json>> {
  const names = texts
    .filter((text) => /\baws_\w+\./.test(text))
    .flatMap((text) =>
      [...text.matchAll(new RegExp(`\\b${kind}\\.(\\w+)`, "g"))].map(([, name = ""]) => name),
    );
  const values = Object.fromEntries([...new Set(names)].sort().map((name) => [name, `\${${kind}.${name}}`]));
  return names.length === 0 ? {} : { [key]: values };
}

/** Terraform knows the length of everything but of the domain's endpoint, which counts as the constructs count it. */
const SHORT_ENOUGH = {
  precondition: {
    condition: `\${alltrue([for f in values(local.function_variables) : length(jsonencode({ for k, v in f : k => k == "ES_HOST" ? format("%${UNKNOWN_BYTES}s", "") : v })) <= ${LAMBDA_ENVIRONMENT_BYTES}])}`,
    error_message: `columns: the variables of each function, which has them with the names of tables and buckets, have at most ${LAMBDA_ENVIRONMENT_BYTES} bytes.`,
  },
} as const;

/** Lets a variable decide what destroy removes with a resource. */
class Removable implements IAspect {
  public visit(node: IConstruct): void {
    const type = resourceTypeOf(node) ?? "";
    const property = Object.hasOwn(REMOVABLE, type) ? REMOVABLE[type] : undefined;
    if (property === undefined) return;
    (node as TerraformResource).addOverride(property, "${var.force_destroy}");
  }
}

/** The JSON without cdktf's metadata, with the caller's partition, and with the zips of the module. */
function inModule(json: Json): Json {
  if (typeof json === "string") {
    return json.replaceAll("arn:aws:", "arn:${data.aws_partition.current.partition}:");
  }
  if (Array.isArray(json)) return json.map(inModule);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json)
      .filter(([key]) => key !== "//")
      .map(([key, value]) => [
        key,
        key === "filename" && typeof value === "string"
          ? `\${path.module}/functions/${basename(value)}`
          : inModule(value),
      ]),
  );
}

/** `IngestBatch-a` as `ingest_batch_a`. */
export function snakeCase(id: string): string {
  return id
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase();
}
