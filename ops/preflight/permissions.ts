import { type EvaluationResult, SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { counted } from "../../lib/counted";
import { isJsonObject, member, objectOf } from "../../lib/json";
import {
  actionsOf,
  LOOKUP_ACTIONS,
  PROVIDER_ACTIONS,
  takesNoResource,
} from "../../modules/cicd/provider-actions";
import type { Aws } from "./aws";
import { type Caller, simulatedPrincipal } from "./caller";
import type { DeployPlan, Placed } from "./plan";
import { checked, ok, type Row, row } from "./report";

/** Actions to simulate on the same ARNs. */
interface Question {
  readonly actions: readonly string[];
  /** None: the actions take no resource. */
  readonly arns: readonly string[];
  /** Whether the ARNs are the real ones, but for what AWS chooses. */
  readonly isKnown: boolean;
  /** `now`: the deploy needs them; `later`: a change of what is deployed needs them. */
  readonly when: "now" | "later";
  /** Context keys of the request, such as the service that a role is passed to. */
  readonly context?: Readonly<Record<string, string>>;
}

/** The answer for one action on one ARN. */
interface Decision {
  readonly action: string;
  readonly arn: string;
  readonly question: Question;
  readonly outcome: "allowed" | "denied" | "depends";
  /** Why it is denied, or on which condition keys it depends. */
  readonly because: string;
}

/** ARNs of one simulation. */
const ARNS_AT_ONCE = 20;
/** Services whose resources may allow by their own policy what the caller's policies do not. */
const WITH_RESOURCE_POLICY: readonly string[] = ["kms", "lambda", "logs", "s3", "sns"];

/** What uses a role, and the service that it is passed to. */
const PASSED: Readonly<Record<string, { readonly property: string; readonly service: string }>> = {
  aws_flow_log: { property: "iam_role_arn", service: "vpc-flow-logs.amazonaws.com" },
  aws_instance: { property: "iam_instance_profile", service: "ec2.amazonaws.com" },
  aws_kinesis_firehose_delivery_stream: { property: "role_arn", service: "firehose.amazonaws.com" },
  aws_lambda_function: { property: "role", service: "lambda.amazonaws.com" },
};

const NOT_SEEN =
  "resource policies, session policies, resource control policies, and conditions in service control policies";

/** Simulates what the deploy does, with the policies of the caller. What other policies add stays unknown. */
export async function checkPermissions(plan: DeployPlan, aws: Aws, caller: Caller): Promise<readonly Row[]> {
  const check = "permissions";
  return checked(check, async () => {
    const principal = await simulatedPrincipal(aws, caller);
    if ("unknown" in principal) {
      return row(check, "unknown", principal.unknown, "run it with the role that deploys");
    }
    const decisions: Decision[] = [];
    // One at a time: IAM answers few simulations a second.
    for (const question of questionsOf(plan)) {
      decisions.push(...(await ask(aws, principal.arn, plan, question)));
    }
    return [...rowsOf(decisions), ...notSimulated(plan), rest(principal.arn)];
  });
}

function rest(arn: string): Row {
  return row(
    "permissions: other policies",
    "unknown",
    `not seen for ${arn}: ${NOT_SEEN}`,
    "a first deploy shows them; nothing to do before",
  );
}

function notSimulated(plan: DeployPlan): readonly Row[] {
  const unknown = [
    ...plan
      .all()
      .filter(
        ({ resource, stack }) =>
          PROVIDER_ACTIONS[resource.type] === undefined || stack.arnsOf(resource) === undefined,
      )
      .map(({ resource }) => resource.type),
    ...plan.dataSources
      .filter(({ resource: { type } }) => LOOKUP_ACTIONS[type] === undefined)
      .map(({ resource }) => `data.${resource.type}`),
  ];
  return [...new Set(unknown)].map((type) =>
    row(
      `permissions: ${type}`,
      "unknown",
      "its actions are not known here",
      "see the documentation of the provider",
    ),
  );
}

/** The questions for all resources, those on the same ARNs put together. */
function questionsOf(plan: DeployPlan): readonly Question[] {
  const questions: Question[] = [];
  const withoutResource = { now: new Set<string>(), later: new Set<string>() };
  const add = (placed: Placed, when: Question["when"], text: string): void => {
    const actions = actionsOf(text);
    for (const action of actions.filter(takesNoResource)) withoutResource[when].add(action);
    const onArns = actions.filter((action) => !takesNoResource(action));
    const of = qualified(placed);
    if (onArns.length === 0 || of === undefined || of.arns.length === 0) {
      for (const action of onArns) withoutResource[when].add(action);
      return;
    }
    questions.push({ actions: onArns, when, ...of });
  };
  const created = new Set(plan.created().map(({ resource }) => resource));
  for (const placed of plan.all()) {
    const actions = PROVIDER_ACTIONS[placed.resource.type];
    if (actions === undefined || placed.stack.arnsOf(placed.resource) === undefined) continue;
    add(placed, "now", actions.read);
    if (created.has(placed.resource)) add(placed, "now", actions.create);
    else if (actions.update !== undefined) add(placed, "later", actions.update);
  }
  for (const placed of plan.dataSources) add(placed, "now", LOOKUP_ACTIONS[placed.resource.type] ?? "");
  for (const when of ["now", "later"] as const) {
    const actions = [...withoutResource[when]].sort();
    if (actions.length > 0) questions.push({ actions, arns: [], isKnown: true, when });
  }
  return [...merged(questions), ...passedRoles(plan), ...stateAccess(plan)];
}

/** The ARNs of a resource; the provider invokes a function by its qualifier, which a policy on the bare ARN does not allow. */
function qualified({ resource, stack }: Placed): Pick<Question, "arns" | "isKnown"> | undefined {
  const of = stack.arnsOf(resource);
  if (of === undefined || resource.type !== "aws_lambda_invocation") return of;
  return { ...of, arns: of.arns.map((arn) => `${arn}:$LATEST`) };
}

/** Joins questions: first those with the same ARNs, then those with the same actions. */
function merged(questions: readonly Question[]): readonly Question[] {
  const byArns = new Map<string, Question>();
  for (const question of questions) {
    const key = JSON.stringify([question.arns, question.isKnown, question.when]);
    const known = byArns.get(key);
    byArns.set(key, known ? { ...known, actions: union(known.actions, question.actions) } : question);
  }
  const byActions = new Map<string, Question>();
  for (const question of byArns.values()) {
    const key = JSON.stringify([
      question.actions,
      question.isKnown,
      question.when,
      question.arns.length === 0,
    ]);
    const known = byActions.get(key);
    byActions.set(key, known ? { ...known, arns: union(known.arns, question.arns) } : question);
  }
  return [...byActions.values()];
}

function union(some: readonly string[], others: readonly string[]): readonly string[] {
  return [...new Set([...some, ...others])].sort();
}

/** iam:PassRole, of each role that something new gets. */
function passedRoles(plan: DeployPlan): readonly Question[] {
  const questions: Question[] = [];
  for (const { resource, stack } of plan.created(...Object.keys(PASSED))) {
    const { property = "", service = "" } = PASSED[resource.type] ?? {};
    const written = member(resource.body, property);
    if (written === undefined) continue;
    const referred = stack.referred(written);
    const role =
      referred?.type === "aws_iam_instance_profile"
        ? stack.referred(member(referred.body, "role"))
        : referred;
    const of =
      role?.type === "aws_iam_role"
        ? stack.arnsOf(role)
        : literalRole(stack.resolved(written, `${resource.address}.${property}`), stack.location.accountId);
    if (of)
      questions.push({
        actions: ["iam:PassRole"],
        when: "now",
        context: { "iam:PassedToService": service },
        ...of,
      });
  }
  const byService = new Map<string, Question>();
  for (const question of questions) {
    const key = JSON.stringify([question.context, question.isKnown]);
    const known = byService.get(key);
    byService.set(key, known ? { ...known, arns: union(known.arns, question.arns) } : question);
  }
  return [...byService.values()];
}

function literalRole(arn: string | undefined, accountId: string): Pick<Question, "arns" | "isKnown"> {
  const isKnown = arn?.startsWith("arn:") ?? false;
  return { arns: [isKnown && arn !== undefined ? arn : `arn:aws:iam::${accountId}:role/*`], isKnown };
}

/** What Terraform does with the state in its bucket. */
function stateAccess(plan: DeployPlan): readonly Question[] {
  return plan.stacks.flatMap((stack) => {
    const s3 = member(objectOf(objectOf(stack.document, "terraform"), "backend"), "s3");
    if (!isJsonObject(s3)) return [];
    const text = (key: string): string | undefined =>
      stack.resolved(member(s3, key), `terraform.backend.s3.${key}`);
    const [bucket, key] = [text("bucket"), text("key")];
    if (bucket === undefined || key === undefined) return [];
    const arn = `arn:aws:s3:::${bucket}`;
    return [
      { actions: ["s3:ListBucket"], arns: [arn], isKnown: true, when: "now" as const },
      {
        actions: ["s3:GetObject", "s3:PutObject"],
        arns: [`${arn}/${key}`],
        isKnown: true,
        when: "now" as const,
      },
      {
        actions: ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        arns: [`${arn}/${key}.tflock`],
        isKnown: true,
        when: "now" as const,
      },
    ];
  });
}

async function ask(
  aws: Aws,
  principal: string,
  plan: DeployPlan,
  question: Question,
): Promise<readonly Decision[]> {
  const decisions: Decision[] = [];
  const region = plan.stacks[0]?.location.region ?? "";
  const context = { "aws:RequestedRegion": region, "aws:SecureTransport": "true", ...question.context };
  for (let from = 0; from === 0 || from < question.arns.length; from += ARNS_AT_ONCE) {
    const arns = question.arns.slice(from, from + ARNS_AT_ONCE);
    let Marker: string | undefined;
    do {
      const page = await aws.iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: principal,
          ActionNames: [...question.actions],
          ...(arns.length > 0 && { ResourceArns: arns }),
          ContextEntries: Object.entries(context).map(([ContextKeyName, value]) => ({
            ContextKeyName,
            ContextKeyValues: [value],
            ContextKeyType: ContextKeyName === "aws:SecureTransport" ? "boolean" : "string",
          })),
          Marker,
        }),
      );
      for (const result of page.EvaluationResults ?? []) decisions.push(...decisionsOf(result, question));
      Marker = page.IsTruncated === true ? page.Marker : undefined;
    } while (Marker !== undefined);
  }
  return decisions;
}

/**
 * The decisions of a result. IAM once gave one result for each ARN, and now one for each action, with those of each
 * ARN inside. https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
 */
function decisionsOf(result: EvaluationResult, question: Question): readonly Decision[] {
  const action = result.EvalActionName ?? "";
  const each = result.ResourceSpecificResults ?? [];
  if (each.length === 0)
    return [decisionOf(action, result.EvalResourceName ?? "*", result.EvalDecision, result, question)];
  return each.map((one) =>
    decisionOf(
      action,
      one.EvalResourceName ?? "*",
      one.EvalResourceDecision,
      {
        MissingContextValues: one.MissingContextValues ?? result.MissingContextValues,
        OrganizationsDecisionDetail: result.OrganizationsDecisionDetail,
        PermissionsBoundaryDecisionDetail:
          one.PermissionsBoundaryDecisionDetail ?? result.PermissionsBoundaryDecisionDetail,
      },
      question,
    ),
  );
}

type Details = Pick<
  EvaluationResult,
  "MissingContextValues" | "OrganizationsDecisionDetail" | "PermissionsBoundaryDecisionDetail"
>;

function decisionOf(
  action: string,
  arn: string,
  decision: string | undefined,
  { MissingContextValues = [], OrganizationsDecisionDetail, PermissionsBoundaryDecisionDetail }: Details,
  question: Question,
): Decision {
  const made = (outcome: Decision["outcome"], because: string): Decision => ({
    action,
    arn,
    question,
    outcome,
    because,
  });
  if (decision === "allowed") return made("allowed", "");
  if (decision === "explicitDeny") {
    // Without a key of its own, a deny such as one with BoolIfExists holds here, and may not in the real request.
    if (MissingContextValues.length > 0)
      return made(
        "depends",
        `a policy denies it, perhaps by a condition on ${MissingContextValues.join(", ")}`,
      );
    return made("denied", "a policy denies it");
  }
  if (OrganizationsDecisionDetail?.AllowedByOrganizations === false)
    return made("denied", "a service control policy");
  if (PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false) {
    return made("denied", "the caller's permissions boundary");
  }
  if (MissingContextValues.length > 0)
    return made("depends", `conditions on ${MissingContextValues.join(", ")}`);
  if (decision !== "implicitDeny") return made("depends", `IAM's decision is ${decision}`);
  if (!question.isKnown) return made("depends", "names known at the deploy only");
  if (question.when === "later" && WITH_RESOURCE_POLICY.includes(serviceOf(action))) {
    return made("depends", "a resource policy may allow it");
  }
  return made("denied", "no policy allows it");
}

function serviceOf(action: string): string {
  return action.slice(0, action.indexOf(":"));
}

/** A row for each service. */
function rowsOf(decisions: readonly Decision[]): readonly Row[] {
  const services = [...new Set(decisions.map(({ action }) => serviceOf(action)))].sort();
  return services.flatMap((service) => {
    const check = `permissions: ${service}`;
    const own = decisions.filter(({ action }) => serviceOf(action) === service);
    const of = (outcome: Decision["outcome"], when: Question["when"]): readonly Decision[] =>
      own.filter((one) => one.outcome === outcome && one.question.when === when);
    const rows: Row[] = [];
    const [denied, deniedLater] = [of("denied", "now"), of("denied", "later")];
    const depends = own.filter(({ outcome }) => outcome === "depends");
    if (denied.length > 0)
      rows.push(row(check, "will fail", listed(denied), "grant these actions to the role that deploys"));
    if (deniedLater.length > 0) {
      rows.push(
        row(
          check,
          "warning",
          `to change what is deployed: ${listed(deniedLater)}`,
          "grant these actions before such a change",
        ),
      );
    }
    if (depends.length > 0)
      rows.push(
        row(check, "unknown", listed(depends), "compare the policies' conditions with what the deploy sends"),
      );
    if (rows.length === 0) {
      const actions = new Set(own.map(({ action }) => action)).size;
      rows.push(ok(check, `${counted(actions, "action")} allowed by the caller's policies`));
    }
    return rows;
  });
}

/** Actions without their service, with the first ARN and the reasons. */
function listed(decisions: readonly Decision[]): string {
  const actions = [...new Set(decisions.map(({ action }) => action.slice(action.indexOf(":") + 1)))].sort();
  const arns = [...new Set(decisions.map(({ arn }) => arn))];
  const reasons = [...new Set(decisions.map(({ because }) => because))].join("; ");
  const more = arns.length > 1 ? ` and ${arns.length - 1} more` : "";
  return `${actions.join(" ")} on ${arns[0]}${more} (${reasons})`;
}
