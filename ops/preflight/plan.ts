import type { Deployed } from "./deployed";
import type { PlannedResource, PlannedStack } from "./planned-stack";

/** A stack, with what its state holds. */
interface Part {
  readonly stack: PlannedStack;
  /** Undefined where the state cannot be read. */
  readonly deployed: Deployed | undefined;
}

/** A resource, and the stack that it is in. */
export interface Placed {
  readonly resource: PlannedResource;
  readonly stack: PlannedStack;
}

/** What a deploy of all stacks together would create. */
export class DeployPlan {
  constructor(private readonly parts: readonly Part[]) {}

  get stacks(): readonly PlannedStack[] {
    return this.parts.map(({ stack }) => stack);
  }

  /** Whether every state could be read; otherwise every resource counts as new. */
  get isKnown(): boolean {
    return this.parts.every(({ deployed }) => deployed !== undefined);
  }

  /** What the stacks look up. */
  get dataSources(): readonly Placed[] {
    return this.stacks.flatMap((stack) => stack.dataSources.map((resource) => ({ resource, stack })));
  }

  all(...types: readonly string[]): readonly Placed[] {
    return this.filtered(types, () => true);
  }

  /** Resources that no state has. */
  created(...types: readonly string[]): readonly Placed[] {
    return this.filtered(types, ({ deployed }, resource) => !(deployed?.has(resource) ?? false));
  }

  /** Resources whose physical name no state has for their type: new ones, and those that are renamed. */
  named(type: string): readonly Placed[] {
    return this.filtered(
      [type],
      ({ deployed }, { name }) => name === undefined || !(deployed?.hasName(type, name) ?? false),
    );
  }

  private filtered(
    types: readonly string[],
    keeps: (part: Part, resource: PlannedResource) => boolean,
  ): readonly Placed[] {
    return this.parts.flatMap((part) =>
      part.stack.resources
        .filter((resource) => (types.length === 0 || types.includes(resource.type)) && keeps(part, resource))
        .map((resource) => ({ resource, stack: part.stack })),
    );
  }
}
