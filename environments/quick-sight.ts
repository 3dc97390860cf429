import type { QuickSightPrincipal } from "../modules/serving/quicksight";

export interface QuickSightSettings {
  /** Whether to create a dashboard; the account needs its own subscription (Enterprise). @default false */
  readonly enabled?: boolean;
  /** Principals with access to it. @default none */
  readonly principals?: readonly QuickSightPrincipal[];
  /** Identity region of the subscription. @default the region of the environment */
  readonly identityRegion?: string;
  /** QuickSight's service role, which the subscription created. @default aws-quicksight-service-role-v0 */
  readonly serviceRoleName?: string;
}

/** The same, complete. */
export interface QuickSightDefinition {
  readonly enabled: boolean;
  readonly principals: readonly QuickSightPrincipal[];
  readonly identityRegion: string | undefined;
  readonly serviceRoleName: string;
}

/** Completes the settings. */
export function defineQuickSight(settings: QuickSightSettings = {}): QuickSightDefinition {
  return {
    enabled: settings.enabled ?? false,
    principals: settings.principals ?? [],
    identityRegion: settings.identityRegion,
    serviceRoleName: settings.serviceRoleName ?? "aws-quicksight-service-role-v0",
  };
}

/** QuickSight's limit of principals in the permissions of one resource. */
const MOST_PRINCIPALS = 64;

/** Settings that the service would refuse, or that nobody could use. */
export function quickSightFaults(quickSight: QuickSightDefinition): string[] {
  const { enabled, principals, identityRegion, serviceRoleName } = quickSight;
  const path = "serving.quickSight";
  const faults: string[] = [];
  if (enabled && principals.length === 0) {
    faults.push(`${path}.principals is empty; nobody could see the dashboard, so name a user or a group`);
  }
  if (principals.length > MOST_PRINCIPALS) {
    faults.push(
      `${path}.principals has ${principals.length}; up to ${MOST_PRINCIPALS} are allowed, or groups`,
    );
  }
  for (const [index, { kind, name }] of principals.entries()) {
    if (!/^[\w+=,.@-]+(\/[\w+=,.@-]+)*$/.test(name)) {
      faults.push(
        `${path}.principals[${index}].name is "${name}"; a name such as analyst@example.com is allowed`,
      );
    }
    const first = principals.findIndex((other) => other.kind === kind && other.name === name);
    if (first < index)
      faults.push(`${path}.principals[${index}] is ${kind} "${name}", as [${first}] already`);
  }
  if (identityRegion !== undefined && !/^[a-z]{2,4}-[a-z]+-\d$/.test(identityRegion)) {
    faults.push(`${path}.identityRegion is "${identityRegion}"; a region such as eu-west-1 is allowed`);
  }
  if (!/^[\w+=,.@-]{1,64}$/.test(serviceRoleName)) {
    faults.push(
      `${path}.serviceRoleName is "${serviceRoleName}"; the name of a role, without a path, is allowed`,
    );
  }
  return faults;
}
