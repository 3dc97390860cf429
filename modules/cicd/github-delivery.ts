import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { Construct } from "constructs";
import { assertLiteral } from "../check";
import { namesOf } from "../naming";
import { PolicyDocument } from "../security/policy";
import { arnsOf, type DeliveredEnvironment } from "./arns";
import { DeliveryRole } from "./delivery-role";
import { allow, ManagedPolicies } from "./managed-policies";
import { boundaryPermissions, changePermissions, type Reach, readPermissions } from "./permissions";
import type { StateAccess } from "./state-access";

/** GitHub environments of an environment, one for each role. The workflows use the same names. */
export function githubEnvironmentsOf(environment: string) {
  return { plan: `${environment}-plan`, propose: `${environment}-propose`, apply: environment } as const;
}

/** The repository that delivers an environment. */
export interface DeliverySettings {
  readonly repository: string;
}

export interface GithubDeliveryProps {
  readonly environment: DeliveredEnvironment & {
    readonly protected: boolean;
    readonly bastion: { readonly putRecords: boolean };
  };
  readonly settings: DeliverySettings;
  readonly state: StateAccess;
}

/** Session durations: a plan takes minutes, a change of the search domain hours. */
const SESSION_HOURS = { plan: 1, apply: 4 } as const;

/**
 * Allows the workflows of one repository to plan and apply an environment. It has three roles, because three kinds of
 * code run: a pull request's (read), merged code (read, and store a plan), and an approved plan (apply). They belong
 * to the stack of the state, which an operator applies, so no workflow can change its own permissions.
 */
export class GithubDelivery extends Construct {
  public readonly plan: DeliveryRole;
  public readonly propose: DeliveryRole;
  public readonly apply: DeliveryRole;

  public constructor(scope: Construct, id: string, props: GithubDeliveryProps) {
    super(scope, id);
    const { environment, settings, state } = props;
    assertLiteral(this, "environment.physicalNames", environment.physicalNames);
    assertLiteral(this, "environment.protected", environment.protected);
    assertLiteral(this, "environment.serving.quickSight.enabled", environment.serving.quickSight.enabled);
    const { putRecords: bastionPutsRecords } = environment.bastion;
    assertLiteral(this, "environment.bastion.putRecords", bastionPutsRecords);
    const names = namesOf(environment);
    const { accountId, region } = environment.location;
    const github = githubEnvironmentsOf(environment.name);
    const common = { repository: settings.repository, accountId };
    const reach: Reach = { arns: arnsOf(environment), region, stack: environment.name };

    const boundary = new PolicyDocument(this, "Boundary");
    for (const permission of boundaryPermissions(reach, { bastionPutsRecords })) allow(boundary, permission);
    const boundaryPolicy = new IamPolicy(this, "BoundaryPolicy", {
      name: names.boundary,
      description: `The most that a role of the ${environment.name} environment may do`,
      policy: boundary.json,
    });

    this.plan = new DeliveryRole(this, "Plan", {
      ...common,
      name: names.planRole,
      description: `Plans ${environment.name} for pull requests, and looks for drift`,
      githubEnvironment: github.plan,
      sessionHours: SESSION_HOURS.plan,
    });
    this.propose = new DeliveryRole(this, "Propose", {
      ...common,
      name: names.proposeRole,
      description: `Plans ${environment.name} from the main branch, and keeps the plan for approval`,
      githubEnvironment: github.propose,
      sessionHours: SESSION_HOURS.plan,
    });
    this.apply = new DeliveryRole(this, "Apply", {
      ...common,
      name: names.applyRole,
      description: `Applies approved plans of ${environment.name}`,
      githubEnvironment: github.apply,
      sessionHours: SESSION_HOURS.apply,
    });
    const read = new ManagedPolicies(this, "Read", {
      name: names.readPolicies,
      description: `What refreshing ${environment.name} asks for`,
      permissions: readPermissions(reach),
    });
    const change = new ManagedPolicies(this, "Change", {
      name: names.changePolicies,
      description: `What applying ${environment.name} changes`,
      permissions: changePermissions(reach, {
        boundaryArn: boundaryPolicy.arn,
        isProtected: environment.protected,
      }),
    });
    for (const role of [this.plan, this.propose, this.apply]) {
      role.attach(read);
      state.grantRead(role);
    }
    state.grantKeepPlan(this.propose);
    this.apply.attach(change);
    state.grantFetchPlan(this.apply);
    state.grantWrite(this.apply);
  }
}
