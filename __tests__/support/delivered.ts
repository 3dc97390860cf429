import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { TerraformStack } from "cdktf";
import type { Environment } from "../../environments/environment";
import { allExplanations, type Explanation } from "../../modules/security/explanations";
import { addStacks } from "../../stacks/add-stacks";
import { LOCATION } from "./environments";
import { type Block, type PolicyStatement, reference, statementsOf, Template } from "./template";
import { testApp } from "./test-app";

const ACCOUNT = LOCATION.accountId;

/** The JSON of both stacks of an environment that is deployed to {@link LOCATION}. */
interface Templates {
  readonly main: Template;
  readonly state: Template;
}

/** Both stacks of an environment. */
export interface Stacks extends Templates {
  /** Reasons for statements that cover every resource. */
  readonly explanations: readonly Explanation[];
}

/** Synthesizes both stacks of an environment. */
export function bothStacks(environment: Environment): Stacks {
  const app = testApp();
  addStacks(app, [environment]);
  app.synth();
  const [main, state] = app.node.children
    .filter(TerraformStack.isStack)
    .map((stack) => readFileSync(join(app.outdir, "stacks", stack.node.id, "cdk.tf.json"), "utf8"))
    .map((text) => new Template(JSON.parse(text)));
  rmSync(app.outdir, { recursive: true });
  if (!main || !state) throw new Error("not both stacks");
  return { main, state, explanations: allExplanations(app) };
}

/** Resolves the references in a text as AWS would; ids that only AWS knows become `ID`. */
export function resolved(value: string, { main, state }: Templates): string {
  return value.replace(
    /\$\{([a-z_0-9]+)\.([^.}]+)\.([a-z_]+)\}/g,
    (whole, type: string, id: string, attribute: string) => {
      const block = [main, state]
        .flatMap((one) => one.resources(type))
        .find((one) => one.address === `${type}.${id}`);
      if (!block) throw new Error(`${whole} refers to nothing`);
      return attribute === "arn" ? arnOf(block, { main, state }) : text(block, attribute);
    },
  );
}

/** A property that is a text. @throws Error when it is not. */
export function text(block: Block, property: string): string {
  const value = block.properties[property];
  if (typeof value !== "string") throw new Error(`${block.address} has no text for ${property}`);
  return value;
}

/** The ARN that a resource will have, derived from its name. */
export function arnOf(block: Block, both: Templates): string {
  const name = (property: string) => resolved(text(block, property), both);
  const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:${ACCOUNT}:${resource}`;
  switch (block.type) {
    case "aws_athena_workgroup":
      return arn("athena", `workgroup/${name("name")}`);
    case "aws_budgets_budget":
      return `arn:aws:budgets::${ACCOUNT}:budget/${name("name")}`;
    case "aws_cloudwatch_dashboard":
      return `arn:aws:cloudwatch::${ACCOUNT}:dashboard/${name("dashboard_name")}`;
    case "aws_cloudwatch_event_rule":
      return arn("events", `rule/${name("name")}`);
    case "aws_cloudwatch_log_group":
      return arn("logs", `log-group:${name("name")}`);
    case "aws_cloudwatch_metric_alarm":
      return arn("cloudwatch", `alarm:${name("alarm_name")}`);
    case "aws_glue_catalog_database":
      return arn("glue", `database/${name("name")}`);
    case "aws_glue_catalog_table":
      return arn("glue", `table/${name("database_name")}/${name("name")}`);
    case "aws_iam_instance_profile":
      return `arn:aws:iam::${ACCOUNT}:instance-profile/${name("name")}`;
    case "aws_iam_policy":
      return `arn:aws:iam::${ACCOUNT}:policy/${name("name")}`;
    case "aws_iam_role":
      return `arn:aws:iam::${ACCOUNT}:role/${name("name")}`;
    case "aws_kinesis_firehose_delivery_stream":
      return arn("firehose", `deliverystream/${name("name")}`);
    case "aws_kinesis_stream":
      return arn("kinesis", `stream/${name("name")}`);
    case "aws_kms_alias":
      return arn("kms", name("name"));
    case "aws_kms_key":
      return arn("kms", "key/ID");
    case "aws_lambda_event_source_mapping":
      return arn("lambda", "event-source-mapping:ID");
    case "aws_lambda_function":
      return arn("lambda", `function:${name("function_name")}`);
    case "aws_opensearch_domain":
      return arn("es", `domain/${name("domain_name")}`);
    case "aws_quicksight_analysis":
      return arn("quicksight", `analysis/${name("analysis_id")}`);
    case "aws_quicksight_dashboard":
      return arn("quicksight", `dashboard/${name("dashboard_id")}`);
    case "aws_quicksight_data_set":
      return arn("quicksight", `dataset/${name("data_set_id")}`);
    case "aws_quicksight_data_source":
      return arn("quicksight", `datasource/${name("data_source_id")}`);
    case "aws_s3_bucket":
      return `arn:aws:s3:::${name("bucket")}`;
    case "aws_sns_topic":
      return arn("sns", name("name"));
    default:
      throw new Error(`the ARN of a ${block.type} is not known here`);
  }
}

/** The workflows' roles, by construct id. */
export type Role = "Plan" | "Propose" | "Apply";

/** The documents of a role's inline policy and of the policies attached to it. */
export function documentsOf(both: Stacks, role: Role): Block[] {
  const own = `Delivery_${role}_Permissions_Document`;
  const attached = both.state
    .resources("aws_iam_role_policy_attachment")
    .filter(({ address }) => address.includes(`Delivery_${role}_`))
    .map((attachment) => {
      const own = reference(both.state.only("aws_iam_role", `Delivery_${role}_`), "name");
      if (text(attachment, "role") !== own) throw new Error(`${attachment.address} is not of ${own}`);
      const policy = both.state
        .resources("aws_iam_policy")
        .find((one) => reference(one, "arn") === text(attachment, "policy_arn"));
      if (!policy) throw new Error(`${attachment.address} attaches nothing`);
      return text(policy, "policy");
    });
  return both.state
    .data("aws_iam_policy_document")
    .filter((one) => one.address.includes(own) || attached.includes(`\${data.${one.address}.json}`));
}

/** The statements of a policy document, with resources resolved as AWS would. */
export function statements(both: Stacks, document: Block): PolicyStatement[] {
  return statementsOf(document).map((statement) => ({
    ...statement,
    resources: (statement.resources ?? []).map((one) => resolved(one, both)),
  }));
}

/** Every statement of a role, its inline policy first. */
export const roleOf = (both: Stacks, role: Role) =>
  documentsOf(both, role).flatMap((document) => statements(both, document));

/** The document of the permissions boundary. */
export function boundaryDocument(both: Stacks): Block {
  const document = both.state
    .data("aws_iam_policy_document")
    .find(({ address }) => address.includes("Delivery_Boundary_Document"));
  if (!document) throw new Error("no boundary");
  return document;
}

/** The statements of the permissions boundary. */
export const boundaryOf = (both: Stacks): PolicyStatement[] => statements(both, boundaryDocument(both));
